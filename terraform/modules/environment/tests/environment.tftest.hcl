variables {
  workspace = "dev"
  available = ["dev", "local"]
  functions = ["docs", "health", "items"]
  raw       = {}
  settings  = {}
}

run "defaults_are_production_safe" {
  command = plan

  assert {
    condition     = output.settings.name == "dev"
    error_message = "the environment is not named after the workspace"
  }
  assert {
    condition     = output.settings.table.point_in_time_recovery && output.settings.table.deletion_protection
    error_message = "a table is unprotected unless somebody asks for protection"
  }
  assert {
    condition     = output.settings.api.authorization == "jwt_and_api_key" && output.settings.users.deletion_protection && output.settings.users.refresh_token_rotation
    error_message = "items are everybody's, or users can be lost, unless somebody asks otherwise"
  }
  assert {
    condition = alltrue([
      for name in ["auth", "username", "username_total", "usage"] : output.settings.limits[name].lease == 1 && output.settings.limits[name].on_failure == "closed"
    ])
    error_message = "guessing is not counted exactly, or is free while the limiter fails"
  }
  assert {
    condition     = keys(output.settings.limits) == ["auth", "list", "read", "usage", "username", "username_total", "write"]
    error_message = "the classes are ${join(", ", keys(output.settings.limits))}"
  }
  assert {
    condition     = !output.settings.local_aws && length(output.settings.cors_allow_origins) == 0
    error_message = "a default opens what should be asked for"
  }
}

run "a_workspace_without_a_file_is_refused" {
  command = plan
  variables {
    workspace = "default"
  }
  expect_failures = [var.workspace]
}

run "unknown_settings_are_refused_at_every_level" {
  command = plan
  variables {
    raw = {
      regoin      = "eu-west-1"
      logs        = { retention = 1 }
      functions   = { scaling = { items = { memory = 1 } } }
      api         = { throttle = { rate = 1 }, method_throttles = { "GET /items" = { rate_limit = 1, burst_limit = 1, burst = 1 } } }
      users       = { mfa = "ON", email = { from = "a@example.com", ses_identity_arn = "arn", reply_to = "b@example.com" } }
      limits      = { reads = {}, read = { rate = 1 } }
      usage_plans = { basic = { rate_limit = 1, burst_limit = 1, quota = { limit = 1, per = "DAY" } } }
      clients     = { web = { plan = "basic", generations = ["1"], key = "x" } }
      alarms      = { subscribers = { team = { protocol = "email", endpoint = "a@example.com", name = "x" } } }
    }
    settings = {
      functions   = { scaling = { items = {} } }
      api         = { method_throttles = { "GET /items" = { rate_limit = 1, burst_limit = 1 } } }
      users       = { email = { from = "a@example.com", ses_identity_arn = "arn" } }
      usage_plans = { basic = { rate_limit = 1, burst_limit = 1, quota = { limit = 1 } } }
      clients     = { web = { plan = "basic", generations = ["1"] } }
      alarms      = { subscribers = { team = { protocol = "email", endpoint = "a@example.com" } } }
    }
  }
  expect_failures = [output.settings]

  assert {
    condition = toset(local.unknown) == toset([
      "regoin", "logs.retention", "functions.scaling.items.memory", "api.throttle.rate", "api.method_throttles.GET /items.burst",
      "users.mfa", "users.email.reply_to", "limits.reads", "limits.read.rate", "usage_plans.basic.quota.per",
      "clients.web.key", "alarms.subscribers.team.name",
    ])
    error_message = "not every unknown setting was found: ${join(", ", local.unknown)}"
  }
}

run "known_settings_are_taken" {
  command = plan
  variables {
    raw = {
      region  = "us-east-1"
      logs    = { level = "DEBUG" }
      alarms  = { subscribers = {} }
      clients = null
    }
    settings = { region = "us-east-1", logs = { level = "DEBUG" } }
  }

  assert {
    condition     = output.settings.region == "us-east-1" && output.settings.logs.level == "DEBUG"
    error_message = "a setting of the file was lost"
  }
}

run "a_client_without_a_key_generation_is_refused" {
  command = plan
  variables {
    settings = {
      usage_plans = { basic = { rate_limit = 1, burst_limit = 1 } }
      clients     = { web = { plan = "basic", generations = [] } }
    }
  }
  expect_failures = [var.settings]
}

run "a_generation_named_twice_is_refused" {
  command = plan
  variables {
    settings = {
      usage_plans = { basic = { rate_limit = 1, burst_limit = 1 } }
      clients     = { web = { plan = "basic", generations = ["1", "1"] } }
    }
  }
  expect_failures = [var.settings]
}

run "a_client_of_an_unknown_plan_is_refused" {
  command = plan
  variables {
    settings = { clients = { web = { plan = "gold", generations = ["1"] } } }
  }
  expect_failures = [var.settings]
}

run "a_quota_a_year_is_refused" {
  command = plan
  variables {
    settings = { usage_plans = { basic = { rate_limit = 1, burst_limit = 1, quota = { limit = 1, period = "YEAR" } } } }
  }
  expect_failures = [var.settings]
}

run "a_plan_that_lets_nobody_in_is_refused" {
  command = plan
  variables {
    settings = { usage_plans = { basic = { rate_limit = 0, burst_limit = 1 } } }
  }
  expect_failures = [output.settings]
}

run "every_rate_that_lets_nobody_in_is_named" {
  command = plan
  variables {
    settings = {
      api         = { throttle = { rate_limit = 0 }, method_throttles = { "GET /items" = { rate_limit = 1, burst_limit = 1.5 } } }
      usage_plans = { basic = { rate_limit = 1, burst_limit = 0 } }
      limits      = { read = { rate_limit = -1 }, write = { rate_limit = 1000001 } }
    }
  }
  expect_failures = [output.settings]

  assert {
    condition = toset(local.refusing) == toset([
      "api.throttle has 0 and 500", "api.method_throttles.GET /items has 1 and 1.5", "usage_plans.basic has 1 and 0", "limits.read has -1 and 100", "limits.write has 1000001 and 40",
    ])
    error_message = "not every wrong rate was found: ${join(", ", local.refusing)}"
  }
}

run "a_lease_beyond_the_bucket_is_refused" {
  command = plan
  variables {
    settings = { limits = { list = { burst_limit = 4, lease = 5 } } }
  }
  expect_failures = [var.settings]
}

run "half_open_is_refused" {
  command = plan
  variables {
    settings = { limits = { write = { on_failure = "ajar" } } }
  }
  expect_failures = [var.settings]
}

run "an_unknown_authorization_is_refused" {
  command = plan
  variables {
    settings = { api = { authorization = "jwt" } }
  }
  expect_failures = [var.settings]
}

run "a_retention_cloudwatch_does_not_have_is_refused" {
  command = plan
  variables {
    settings = { logs = { retention_days = 2 } }
  }
  expect_failures = [var.settings]
}

run "a_log_level_that_would_drop_metrics_is_refused" {
  command = plan
  variables {
    settings = { logs = { level = "ERROR" } }
  }
  expect_failures = [var.settings]
}

run "an_origin_with_a_path_is_refused" {
  command = plan
  variables {
    settings = { cors_allow_origins = ["https://www.example.com/"] }
  }
  expect_failures = [var.settings]
}

run "every_origin_and_one_origin_is_refused" {
  command = plan
  variables {
    settings = { cors_allow_origins = ["*", "https://www.example.com"] }
  }
  expect_failures = [var.settings]
}

run "an_account_without_12_digits_is_refused" {
  command = plan
  variables {
    settings = { allowed_account_ids = ["12345"] }
  }
  expect_failures = [var.settings]
}

run "scaling_of_an_unknown_function_is_refused" {
  command = plan
  variables {
    settings = { functions = { scaling = { itmes = {} } } }
  }
  expect_failures = [var.settings]
}

run "half_an_owner_shard_is_refused" {
  command = plan
  variables {
    settings = { table = { owner_shards = 1.5 } }
  }
  expect_failures = [var.settings]
}

run "an_alarm_that_always_rings_is_refused" {
  command = plan
  variables {
    settings = { alarms = { failed_logins = 0 } }
  }
  expect_failures = [var.settings]
}

run "a_subscriber_by_fax_is_refused" {
  command = plan
  variables {
    settings = { alarms = { subscribers = { team = { protocol = "fax", endpoint = "1" } } } }
  }
  expect_failures = [var.settings]
}

run "the_settings_of_local_are_valid" {
  command = plan
  variables {
    workspace = "local"
    available = ["local"]
    raw       = yamldecode(file("../../environments/local.yaml"))
    settings  = yamldecode(file("../../environments/local.yaml"))
  }

  assert {
    condition     = output.settings.local_aws
    error_message = "the laptop's Terraform would reach AWS"
  }
}

run "the_settings_of_dev_are_valid" {
  command = plan
  variables {
    workspace = "dev"
    available = ["dev"]
    raw       = yamldecode(file("../../environments/dev.yaml"))
    settings  = yamldecode(file("../../environments/dev.yaml"))
  }

  assert {
    condition     = !output.settings.local_aws
    error_message = "dev would be applied to a laptop"
  }
}

run "the_settings_of_staging_are_valid" {
  command = plan
  variables {
    workspace = "staging"
    available = ["staging"]
    raw       = yamldecode(file("../../environments/staging.yaml"))
    settings  = yamldecode(file("../../environments/staging.yaml"))
  }

  assert {
    condition     = !output.settings.local_aws
    error_message = "staging would be applied to a laptop"
  }
}

run "the_settings_of_prod_are_valid" {
  command = plan
  variables {
    workspace = "prod"
    available = ["prod"]
    raw       = yamldecode(file("../../environments/prod.yaml"))
    settings  = yamldecode(file("../../environments/prod.yaml"))
  }

  assert {
    condition     = !output.settings.local_aws
    error_message = "prod would be applied to a laptop"
  }
  assert {
    condition     = output.settings.table.deletion_protection && output.settings.table.point_in_time_recovery && length(output.settings.alarms.subscribers) > 0
    error_message = "production is unprotected, or nobody hears its alarms"
  }
  assert {
    condition     = output.settings.users.deletion_protection && output.settings.users.threat_protection != "OFF" && output.settings.api.authorization == "jwt_and_api_key"
    error_message = "production's users are unprotected"
  }
}
