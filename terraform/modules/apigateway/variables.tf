variable "name" {
  type        = string
  description = "Name of the API, and the prefix of its plans and keys."
}

variable "contract" {
  type        = string
  description = "The contract as API Gateway imports it: OpenAPI 3.0 in JSON, where `x-function` of a path names the function that serves it."

  validation {
    condition     = can(regex("^3\\.0\\.", jsondecode(var.contract).openapi))
    error_message = "The contract is OpenAPI ${try(jsondecode(var.contract).openapi, "(not JSON)")}: API Gateway reads 3.0 only."
  }

  validation {
    condition     = alltrue([for path in values(jsondecode(var.contract).paths) : contains(keys(var.functions), path.x-function)])
    error_message = "Paths without a function to serve them: ${join(", ", [for name, path in jsondecode(var.contract).paths : name if !contains(keys(var.functions), path.x-function)])}. The functions are ${join(", ", keys(var.functions))}."
  }
}

variable "functions" {
  description = "The functions that paths may name: what invokes their alias."
  type = map(object({
    name             = string
    alias            = string
    alias_invoke_arn = string
  }))
}

variable "authorization" {
  type        = string
  description = "Which of an operation's alternatives of `security` holds: the first, a user's ID token with a key (jwt_and_api_key), or the last, the key alone (api_key)."

  validation {
    condition     = contains(["api_key", "jwt_and_api_key"], var.authorization)
    error_message = "authorization is \"${var.authorization}\": it must be api_key or jwt_and_api_key."
  }
}

variable "user_pool_arn" {
  type        = string
  description = "ARN of the Cognito user pool whose ID tokens are taken."
}

variable "cors_allow_origins" {
  type        = list(string)
  description = "Origins whose pages may read the answers; `*` alone for every one, empty for none."
  default     = []
}

variable "throttle" {
  description = "Ceiling of each route, of all clients together: requests a second, and how many at once above it. Best effort, as AWS has it."
  type = object({
    rate_limit  = number
    burst_limit = number
  })
}

variable "method_throttles" {
  description = "Route of the contract, like `GET /items` → its own ceiling instead."
  default     = {}
  type = map(object({
    rate_limit  = number
    burst_limit = number
  }))

  validation {
    condition     = length(setsubtract(keys(var.method_throttles), local.routes)) == 0
    error_message = "method_throttles names ${join(", ", setsubtract(keys(var.method_throttles), local.routes))}: the routes are ${join(", ", local.routes)}."
  }
}

variable "usage_plans" {
  description = "Name → limits of each key of the plan; `quota` null for none."
  default     = {}
  type = map(object({
    rate_limit  = number
    burst_limit = number
    quota = optional(object({
      limit  = number
      period = string
    }))
  }))

  validation {
    condition     = alltrue([for plan in values(var.usage_plans) : try(contains(["DAY", "WEEK", "MONTH"], plan.quota.period), plan.quota == null)])
    error_message = "A quota's period must be DAY, WEEK or MONTH: ${jsonencode({ for name, plan in var.usage_plans : name => try(plan.quota.period, null) })}."
  }
}

variable "clients" {
  description = "Client → its plan and the generations of its key, all of which are live."
  default     = {}
  type = map(object({
    plan        = string
    generations = list(string)
  }))

  validation {
    condition     = alltrue([for client in values(var.clients) : contains(keys(var.usage_plans), client.plan)])
    error_message = "Clients name plans that do not exist: ${join(", ", [for name, client in var.clients : "${name} → ${client.plan}" if !contains(keys(var.usage_plans), client.plan)])}."
  }

  validation {
    condition     = alltrue([for client in values(var.clients) : length(client.generations) > 0])
    error_message = "Clients without a key generation: ${join(", ", [for name, client in var.clients : name if length(client.generations) == 0])}. Remove the client to end its access."
  }
}

variable "tracing" {
  type        = bool
  description = "Whether requests are sampled by X-Ray."
  default     = false
}

variable "logs" {
  description = "Days that logs are kept, the customer key that encrypts them (null: CloudWatch's own), and what API Gateway logs of an execution: OFF, ERROR or INFO, never a payload."
  type = object({
    retention_days      = number
    kms_key_arn         = optional(string)
    execution_log_level = string
  })

  validation {
    condition     = contains(["OFF", "ERROR", "INFO"], var.logs.execution_log_level)
    error_message = "execution_log_level is \"${var.logs.execution_log_level}\": it must be OFF, ERROR or INFO."
  }
}

variable "manage_account_logging" {
  type        = bool
  description = "Whether the role by which API Gateway writes logs is made here. There is one an account and region: false where it exists already."
  default     = true
}
