variable "name" {
  type        = string
  description = "Name of the table."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "name is \"${var.name}\": DynamoDB allows 3-255 letters, digits, hyphens, underscores and periods."
  }
}

variable "status_index" {
  type        = bool
  description = "Whether lists filtered by status have an index of their own."
  default     = false
}

variable "point_in_time_recovery" {
  type        = bool
  description = "Whether the table can be restored to any second of the last 35 days."
  default     = true
}

variable "deletion_protection" {
  type        = bool
  description = "Whether DynamoDB refuses to delete the table."
  default     = true
}

variable "max_read_request_units" {
  type        = number
  description = "Ceiling of the reads a second that are served and paid for; null for none."
  default     = null

  validation {
    condition     = var.max_read_request_units == null ? true : var.max_read_request_units >= 1
    error_message = "max_read_request_units is ${coalesce(var.max_read_request_units, 0)}: it must be at least 1, or null for no ceiling."
  }
}

variable "max_write_request_units" {
  type        = number
  description = "Ceiling of the writes a second that are served and paid for; null for none."
  default     = null

  validation {
    condition     = var.max_write_request_units == null ? true : var.max_write_request_units >= 1
    error_message = "max_write_request_units is ${coalesce(var.max_write_request_units, 0)}: it must be at least 1, or null for no ceiling."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Customer key that encrypts the table; null for a key that AWS owns, which costs nothing."
  default     = null
}
