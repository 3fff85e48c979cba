variable "name" {
  type        = string
  description = "Prefix of the names of alarms, dashboard, topic and queries; also the namespace of the functions' own metrics."
}

variable "api" {
  description = "Name and stage of the API, and the group of its access log."
  type = object({
    name             = string
    stage            = string
    access_log_group = string
  })
}

variable "functions" {
  description = "The functions by their short name: name in AWS, seconds until they are stopped, and log group."
  type = map(object({
    name            = string
    timeout_seconds = number
    log_group       = string
  }))
}

variable "table" {
  type        = string
  description = "Name of the table."
}

variable "limits_table" {
  type        = string
  description = "Name of the table that the limits of callers are counted in."
}

variable "limited_functions" {
  type        = list(string)
  description = "Short names of the functions that count what each caller takes."
}

variable "thresholds" {
  description = "From where on an alarm rings: percentages of requests or of the function's time-out, milliseconds, or events in five minutes."
  type = object({
    server_error_percent     = number
    latency_p99_ms           = number
    function_errors          = number
    function_throttles       = number
    function_timeout_percent = number
    table_throttled_requests = number
    table_system_errors      = number
    failed_logins            = number
    refused_requests         = number
    limiter_failures         = number
  })

  validation {
    condition     = alltrue([for threshold in values(var.thresholds) : threshold > 0])
    error_message = "Thresholds must be above 0: ${jsonencode(var.thresholds)}."
  }
}

variable "subscribers" {
  description = "Who hears of alarms: any name → protocol and endpoint."
  default     = {}
  type = map(object({
    protocol = string
    endpoint = string
  }))
}

variable "kms_key_arn" {
  type        = string
  description = "Customer key that encrypts the topic; its policy must let cloudwatch.amazonaws.com use it. Null for none: with the key that AWS manages for SNS no alarm can publish, since its policy cannot be changed."
  default     = null
}
