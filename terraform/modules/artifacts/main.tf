# What `make build` made, or one sentence that says why it cannot be deployed.

locals {
  folder   = "${var.project}/build"
  manifest = jsondecode(fileexists("${local.folder}/manifest.json") ? file("${local.folder}/manifest.json") : "{}")
  built    = try(local.manifest.targets[var.target], null)
  listed   = try(local.built.artifacts, {})

  # The same sum as in scripts/build.py: path and SHA-256 of every input, in the order of the paths.
  inputs = sort(setunion([
    for pattern in [
      "api/openapi.yaml",
      "functions/**/*.py",
      "functions/**/*.txt",
      "functions/docs/static/*",
      "layer/**/*.py",
      "layer/*.txt",
      "layer/*.json",
      "scripts/build.py",
      "scripts/artifacts/*.py",
    ] : fileset(var.project, pattern)
  ]...))
  sources = sha256(join("\n", [for path in local.inputs : "${path}:${filesha256("${var.project}/${path}")}"]))

  missing = [
    for name in var.names : name
    if !try(fileexists("${local.folder}/${local.listed[name].path}"), false)
  ]
  damaged = [
    for name in setsubtract(var.names, local.missing) : name
    if filebase64sha256("${local.folder}/${local.listed[name].path}") != local.listed[name].sha256
  ]
  # `local` is built for the interpreter at hand, whichever that is.
  misbuilt = var.target != "local" && "${try(local.built.runtime, "")}-${try(local.built.architecture, "")}" != var.target

  command = "run `make build ENV=${var.environment}`"
  problem = (
    local.built == null ? "Nothing is built for ${var.target}: ${local.command}." :
    length(local.missing) > 0 ? "Artifacts are missing (${join(", ", local.missing)}): ${local.command}." :
    local.misbuilt ? "The artifacts of ${var.target} are built for ${local.built.runtime} on ${local.built.architecture}: ${local.command}." :
    local.built.sources != local.sources ? "The artifacts are older than the sources: ${local.command}." :
    length(local.damaged) > 0 ? "Artifacts are damaged (${join(", ", local.damaged)} differ from the manifest): ${local.command}." :
    ""
  )
}
