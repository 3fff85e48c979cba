# Each folder under tests/projects is a small project, in a state of its own.

variables {
  environment = "dev"
  target      = "python3.13-arm64"
  names       = ["items.zip"]
}

run "artifacts_that_match_their_sources_are_taken" {
  command = plan
  variables {
    project = "tests/projects/built"
  }

  assert {
    condition     = output.files["items.zip"].path == "tests/projects/built/build/python3.13-arm64/items.zip"
    error_message = "the path is ${output.files["items.zip"].path}"
  }
  assert {
    condition     = output.files["items.zip"].sha256 == filebase64sha256(output.files["items.zip"].path)
    error_message = "the hash is not the file's"
  }
}

run "a_project_that_was_never_built_is_refused" {
  command = plan
  variables {
    project = "tests/projects/never-built"
  }
  expect_failures = [output.files]

  assert {
    condition     = local.problem == "Nothing is built for python3.13-arm64: run `make build ENV=dev`."
    error_message = local.problem
  }
}

run "another_target_is_refused" {
  command = plan
  variables {
    project = "tests/projects/built"
    target  = "local"
  }
  expect_failures = [output.files]

  assert {
    condition     = startswith(local.problem, "Nothing is built for local")
    error_message = local.problem
  }
}

run "an_artifact_that_is_missing_is_refused" {
  command = plan
  variables {
    project = "tests/projects/built"
    names   = ["items.zip", "docs.zip"]
  }
  expect_failures = [output.files]

  assert {
    condition     = local.problem == "Artifacts are missing (docs.zip): run `make build ENV=dev`."
    error_message = local.problem
  }
}

run "artifacts_older_than_the_sources_are_refused" {
  command = plan
  variables {
    project = "tests/projects/stale"
  }
  expect_failures = [output.files]

  assert {
    condition     = startswith(local.problem, "The artifacts are older than the sources")
    error_message = local.problem
  }
}

run "an_artifact_that_was_changed_is_refused" {
  command = plan
  variables {
    project = "tests/projects/damaged"
  }
  expect_failures = [output.files]

  assert {
    condition     = startswith(local.problem, "Artifacts are damaged (items.zip")
    error_message = local.problem
  }
}

run "artifacts_of_another_architecture_are_refused" {
  command = plan
  variables {
    project = "tests/projects/misbuilt"
  }
  expect_failures = [output.files]

  assert {
    condition     = startswith(local.problem, "The artifacts of python3.13-arm64 are built for python3.13 on x86_64")
    error_message = local.problem
  }
}

run "a_target_of_an_unknown_form_is_refused" {
  command = plan
  variables {
    project = "tests/projects/built"
    target  = "java21-arm64"
  }
  expect_failures = [var.target]
}
