variable "workspace" {
  type        = string
  description = "The selected Terraform workspace: the name of the environment."

  validation {
    condition     = contains(var.available, var.workspace)
    error_message = "Workspace \"${var.workspace}\" has no settings: select one of ${join(", ", var.available)}, e.g. `terraform workspace select ${try(var.available[0], "dev")}`."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.workspace))
    error_message = "Environment \"${var.workspace}\": use 1-20 lower-case letters, digits and hyphens, a letter first. It is part of every name in AWS."
  }
}

variable "available" {
  type        = list(string)
  description = "The environments that have a file."
}

variable "functions" {
  type        = list(string)
  description = "The names of the project's functions."
}

variable "raw" {
  type        = any
  description = "The environment's file, decoded and nothing else: what `settings` is compared with to find unknown keys, which Terraform would drop in silence."
}

variable "settings" {
  description = "The environment's file, typed. environments/local.yaml explains every setting."
  nullable    = false

  type = object({
    region              = optional(string, "eu-west-1")
    local_aws           = optional(bool, false)
    allowed_account_ids = optional(list(string), [])
    cors_allow_origins  = optional(list(string), [])

    logs = optional(object({
      level          = optional(string, "INFO")
      retention_days = optional(number, 30)
      kms_key_arn    = optional(string)
    }), {})

    functions = optional(object({
      runtime          = optional(string, "python3.13")
      architecture     = optional(string, "arm64")
      tracing          = optional(bool, false)
      alias_managed_by = optional(string, "terraform")
      kms_key_arn      = optional(string)
      # The defaults stand in modules/lambda, which also checks the combinations.
      scaling = optional(map(object({
        memory_mb               = optional(number)
        timeout_seconds         = optional(number)
        reserved_concurrency    = optional(number)
        provisioned_concurrency = optional(number)
        snap_start              = optional(bool)
      })), {})
    }), {})

    table = optional(object({
      owner_shards            = optional(number, 1)
      status_index            = optional(bool, true)
      point_in_time_recovery  = optional(bool, true)
      deletion_protection     = optional(bool, true)
      max_read_request_units  = optional(number)
      max_write_request_units = optional(number)
      kms_key_arn             = optional(string)
    }), {})

    api = optional(object({
      execution_log_level    = optional(string, "ERROR")
      manage_account_logging = optional(bool, true)
      authorization          = optional(string, "jwt_and_api_key")
      throttle = optional(object({
        rate_limit  = optional(number, 1000)
        burst_limit = optional(number, 500)
      }), {})
      # modules/apigateway knows the routes, and refuses those that do not exist.
      method_throttles = optional(map(object({
        rate_limit  = number
        burst_limit = number
      })), {})
    }), {})

    # Checked by modules/cognito.
    users = optional(object({
      deletion_protection    = optional(bool, true)
      threat_protection      = optional(string, "OFF")
      token_minutes          = optional(number, 15)
      refresh_token_days     = optional(number, 30)
      refresh_token_rotation = optional(bool, true)
      email = optional(object({
        from             = string
        ses_identity_arn = string
      }))
    }), {})

    limits = optional(object({
      read = optional(object({
        rate_limit  = optional(number, 50)
        burst_limit = optional(number, 100)
        lease       = optional(number, 25)
        on_failure  = optional(string, "open")
      }), {})
      list = optional(object({
        rate_limit  = optional(number, 10)
        burst_limit = optional(number, 20)
        lease       = optional(number, 5)
        on_failure  = optional(string, "open")
      }), {})
      write = optional(object({
        rate_limit  = optional(number, 20)
        burst_limit = optional(number, 40)
        lease       = optional(number, 10)
        on_failure  = optional(string, "open")
      }), {})
      # Whoever guesses at passwords must not win by overloading the limiter: closed, and exact.
      auth = optional(object({
        rate_limit  = optional(number, 10)
        burst_limit = optional(number, 50)
        lease       = optional(number, 1)
        on_failure  = optional(string, "closed")
      }), {})
      username = optional(object({
        rate_limit  = optional(number, 0.0167) # one a minute
        burst_limit = optional(number, 5)
        lease       = optional(number, 1)
        on_failure  = optional(string, "closed")
      }), {})
      # Wider, so that no single network uses it up for all others.
      username_total = optional(object({
        rate_limit  = optional(number, 0.1)
        burst_limit = optional(number, 30)
        lease       = optional(number, 1)
        on_failure  = optional(string, "closed")
      }), {})
      # API Gateway's control plane takes 10 requests a second, of the whole account.
      usage = optional(object({
        rate_limit  = optional(number, 0.2)
        burst_limit = optional(number, 5)
        lease       = optional(number, 1)
        on_failure  = optional(string, "closed")
      }), {})
    }), {})

    usage_plans = optional(map(object({
      rate_limit  = number
      burst_limit = number
      quota = optional(object({
        limit  = number
        period = optional(string, "DAY")
      }))
    })), {})

    clients = optional(map(object({
      plan        = string
      generations = list(string)
    })), {})

    alarms = optional(object({
      kms_key_arn              = optional(string)
      server_error_percent     = optional(number, 1)
      latency_p99_ms           = optional(number, 1000)
      function_errors          = optional(number, 1)
      function_throttles       = optional(number, 1)
      function_timeout_percent = optional(number, 80)
      table_throttled_requests = optional(number, 10)
      table_system_errors      = optional(number, 5)
      failed_logins            = optional(number, 50)
      refused_requests         = optional(number, 500)
      limiter_failures         = optional(number, 1)
      subscribers = optional(map(object({
        protocol = string
        endpoint = string
      })), {})
    }), {})
  })

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.settings.region))
    error_message = "region is \"${var.settings.region}\": it must be the name of an AWS region, like eu-west-1."
  }

  validation {
    condition     = alltrue([for id in var.settings.allowed_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "allowed_account_ids is ${jsonencode(var.settings.allowed_account_ids)}: every account has 12 digits, in quotes."
  }

  validation {
    condition     = alltrue([for origin in var.settings.cors_allow_origins : origin == "*" || can(regex("^https?://[^/*\\s,']+$", origin))])
    error_message = "cors_allow_origins is ${jsonencode(var.settings.cors_allow_origins)}: an origin is \"*\" or scheme and host with no path, like https://app.example.com."
  }

  validation {
    condition     = !contains(var.settings.cors_allow_origins, "*") || length(var.settings.cors_allow_origins) == 1
    error_message = "cors_allow_origins is ${jsonencode(var.settings.cors_allow_origins)}: \"*\" stands alone."
  }

  validation {
    condition     = contains(["DEBUG", "INFO"], var.settings.logs.level)
    error_message = "logs.level is \"${var.settings.logs.level}\": it must be DEBUG or INFO. Above INFO, Lambda would drop the metrics, which are log lines without a level."
  }

  validation {
    condition     = contains(local.retention_days, var.settings.logs.retention_days)
    error_message = "logs.retention_days is ${var.settings.logs.retention_days}: CloudWatch keeps logs for ${join(", ", local.retention_days)} days."
  }

  validation {
    condition = alltrue([
      for arn in compact([var.settings.logs.kms_key_arn, var.settings.functions.kms_key_arn, var.settings.table.kms_key_arn, var.settings.alarms.kms_key_arn]) :
      can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", arn))
    ])
    error_message = "Every kms_key_arn must be a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id."
  }

  validation {
    condition     = can(regex("^python3\\.[0-9]+$", var.settings.functions.runtime))
    error_message = "functions.runtime is \"${var.settings.functions.runtime}\": it must be a Python run-time of Lambda, like python3.13."
  }

  validation {
    condition     = contains(["arm64", "x86_64"], var.settings.functions.architecture)
    error_message = "functions.architecture is \"${var.settings.functions.architecture}\": it must be arm64 or x86_64."
  }

  validation {
    condition     = contains(["terraform", "codedeploy"], var.settings.functions.alias_managed_by)
    error_message = "functions.alias_managed_by is \"${var.settings.functions.alias_managed_by}\": it must be terraform or codedeploy."
  }

  validation {
    condition     = length(setsubtract(keys(var.settings.functions.scaling), var.functions)) == 0
    error_message = "functions.scaling names ${join(", ", setsubtract(keys(var.settings.functions.scaling), var.functions))}: the functions are ${join(", ", var.functions)}."
  }

  validation {
    condition     = var.settings.table.owner_shards >= 1 && var.settings.table.owner_shards <= 64 && floor(var.settings.table.owner_shards) == var.settings.table.owner_shards
    error_message = "table.owner_shards is ${var.settings.table.owner_shards}: it must be a whole number from 1 to 64. A list reads every shard."
  }

  validation {
    condition     = contains(["OFF", "ERROR", "INFO"], var.settings.api.execution_log_level)
    error_message = "api.execution_log_level is \"${var.settings.api.execution_log_level}\": it must be OFF, ERROR or INFO."
  }

  validation {
    condition     = contains(["api_key", "jwt_and_api_key"], var.settings.api.authorization)
    error_message = "api.authorization is \"${var.settings.api.authorization}\": it must be api_key or jwt_and_api_key."
  }

  validation {
    condition     = alltrue([for limit in values(var.settings.limits) : limit.lease >= 1 && limit.lease <= limit.burst_limit && floor(limit.lease) == limit.lease])
    error_message = "A lease must be a whole number from 1 to the burst_limit: ${join(", ", [for name, limit in var.settings.limits : "limits.${name}.lease is ${limit.lease} of ${limit.burst_limit}" if !(limit.lease >= 1 && limit.lease <= limit.burst_limit && floor(limit.lease) == limit.lease)])}."
  }

  validation {
    condition     = alltrue([for limit in values(var.settings.limits) : contains(["open", "closed"], limit.on_failure)])
    error_message = "on_failure must be open or closed: ${join(", ", [for name, limit in var.settings.limits : "limits.${name}.on_failure is \"${limit.on_failure}\"" if !contains(["open", "closed"], limit.on_failure)])}."
  }

  validation {
    condition = alltrue([
      for plan in values(var.settings.usage_plans) :
      plan.quota == null ? true : plan.quota.limit >= 1 && contains(["DAY", "WEEK", "MONTH"], plan.quota.period)
    ])
    error_message = "A quota needs a limit from 1 and a period DAY, WEEK or MONTH: ${jsonencode({ for name, plan in var.settings.usage_plans : name => plan.quota })}."
  }

  validation {
    condition     = alltrue([for client in values(var.settings.clients) : contains(keys(var.settings.usage_plans), client.plan)])
    error_message = "Clients name plans that do not exist: ${join(", ", [for name, client in var.settings.clients : "${name} → ${client.plan}" if !contains(keys(var.settings.usage_plans), client.plan)])}. The plans are ${join(", ", keys(var.settings.usage_plans))}."
  }

  validation {
    condition     = alltrue([for name, client in var.settings.clients : can(regex("^[a-z0-9][a-z0-9-]{0,39}$", name))])
    error_message = "Clients ${jsonencode(keys(var.settings.clients))}: a name has 1-40 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = alltrue([for client in values(var.settings.clients) : length(client.generations) > 0])
    error_message = "Clients without a key generation: ${join(", ", [for name, client in var.settings.clients : name if length(client.generations) == 0])}. Remove the client to end its access."
  }

  validation {
    condition = alltrue([
      for client in values(var.settings.clients) :
      length(distinct(client.generations)) == length(client.generations) && alltrue([for generation in client.generations : can(regex("^[A-Za-z0-9-]{1,20}$", generation))])
    ])
    error_message = "Key generations must be distinct, of 1-20 letters, digits and hyphens: ${jsonencode({ for name, client in var.settings.clients : name => client.generations })}."
  }

  validation {
    condition = alltrue([
      for percent in [var.settings.alarms.server_error_percent, var.settings.alarms.function_timeout_percent] :
      percent > 0 && percent <= 100
    ])
    error_message = "alarms.server_error_percent (${var.settings.alarms.server_error_percent}) and alarms.function_timeout_percent (${var.settings.alarms.function_timeout_percent}) must be above 0 and at most 100."
  }

  validation {
    condition = alltrue([
      for threshold in [var.settings.alarms.latency_p99_ms, var.settings.alarms.function_errors, var.settings.alarms.function_throttles, var.settings.alarms.table_throttled_requests, var.settings.alarms.table_system_errors, var.settings.alarms.failed_logins, var.settings.alarms.refused_requests, var.settings.alarms.limiter_failures] :
      threshold >= 1
    ])
    error_message = "Thresholds in alarms must be at least 1: ${jsonencode({ for name, value in var.settings.alarms : name => value if !contains(["subscribers", "kms_key_arn"], name) })}."
  }

  validation {
    condition     = alltrue([for subscriber in values(var.settings.alarms.subscribers) : contains(local.protocols, subscriber.protocol)])
    error_message = "alarms.subscribers use ${join(", ", distinct([for subscriber in values(var.settings.alarms.subscribers) : subscriber.protocol]))}: a protocol must be one of ${join(", ", local.protocols)}."
  }
}
