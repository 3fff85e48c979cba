variable "name" {
  type        = string
  description = "Name of the function."

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name is \"${var.name}\": Lambda allows 1-64 letters, digits, hyphens and underscores."
  }
}

variable "description" {
  type        = string
  description = "What the function does, in one sentence."
}

variable "artifact" {
  type        = object({ bucket = string, key = string, sha256 = string })
  description = "The function's zip: where it lies in S3, and its SHA-256 in base64."
}

variable "layers" {
  type        = list(string)
  description = "ARNs of the layer versions, in the order they are unpacked."
  default     = []

  validation {
    condition     = length(var.layers) <= 5
    error_message = "${length(var.layers)} layers: Lambda allows 5."
  }
}

variable "runtime" {
  type        = string
  description = "Run-time, like python3.13."

  validation {
    condition     = can(regex("^python3\\.[0-9]+$", var.runtime))
    error_message = "runtime is \"${var.runtime}\": it must be a Python run-time of Lambda, like python3.13."
  }
}

variable "architecture" {
  type        = string
  description = "arm64 or x86_64."

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is \"${var.architecture}\": it must be arm64 or x86_64."
  }
}

variable "scaling" {
  description = "Size, time and concurrency. `reserved_concurrency` null shares the account's; `timeout_seconds` stays below the 29 s after which API Gateway gives up."
  nullable    = false
  default     = {}

  type = object({
    memory_mb               = optional(number, 512)
    timeout_seconds         = optional(number, 10)
    reserved_concurrency    = optional(number)
    provisioned_concurrency = optional(number, 0)
    snap_start              = optional(bool, false)
  })

  validation {
    condition     = var.scaling.memory_mb >= 128 && var.scaling.memory_mb <= 10240 && floor(var.scaling.memory_mb) == var.scaling.memory_mb
    error_message = "memory_mb is ${var.scaling.memory_mb}: it must be a whole number from 128 to 10240."
  }

  validation {
    condition     = var.scaling.timeout_seconds >= 1 && var.scaling.timeout_seconds < 29 && floor(var.scaling.timeout_seconds) == var.scaling.timeout_seconds
    error_message = "timeout_seconds is ${var.scaling.timeout_seconds}: it must be a whole number from 1 to 28, since API Gateway gives up after 29 s."
  }

  validation {
    condition     = var.scaling.reserved_concurrency == null ? true : var.scaling.reserved_concurrency >= 1
    error_message = "reserved_concurrency is ${jsonencode(var.scaling.reserved_concurrency)}: it must be at least 1; 0 would refuse every request."
  }

  validation {
    condition     = var.scaling.provisioned_concurrency >= 0
    error_message = "provisioned_concurrency is ${var.scaling.provisioned_concurrency}: it must be 0 (none) or more."
  }
}

variable "environment" {
  type        = map(string)
  description = "The function's environment variables."
  default     = {}
}

variable "statements" {
  description = "What the function may do besides writing its own log: actions on resources, spelled out."
  default     = []

  type = list(object({
    actions   = list(string)
    resources = list(string)
  }))

  validation {
    condition     = alltrue([for statement in var.statements : !contains(concat(statement.actions, statement.resources), "*")])
    error_message = "A statement of ${var.name} allows \"*\": name the actions and the resources."
  }
}

variable "logs" {
  description = "Level of the run-time's own log lines, days they are kept, and the customer key that encrypts them (null: CloudWatch's own)."

  type = object({
    level          = string
    retention_days = number
    kms_key_arn    = optional(string)
  })

  validation {
    condition     = contains(["DEBUG", "INFO"], var.logs.level)
    error_message = "logs.level is \"${var.logs.level}\": it must be DEBUG or INFO. Above INFO, Lambda would drop the metrics, which are log lines without a level."
  }
}

variable "tracing" {
  type        = bool
  description = "Whether requests are sampled by X-Ray."
  default     = false
}

variable "kms_key_arn" {
  type        = string
  description = "Customer key that encrypts the environment variables; null for Lambda's own."
  default     = null
}

variable "alias_managed_by" {
  type        = string
  description = "Who moves the alias `live` to a new version: `terraform` at apply, or `codedeploy` afterwards. To switch, move the alias in the state first: `terraform state mv`."
  default     = "terraform"

  validation {
    condition     = contains(["terraform", "codedeploy"], var.alias_managed_by)
    error_message = "alias_managed_by is \"${var.alias_managed_by}\": it must be terraform or codedeploy."
  }
}
