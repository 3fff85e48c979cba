variable "name" {
  type        = string
  description = "Name of the table."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "name is \"${var.name}\": DynamoDB allows 3-255 letters, digits, hyphens, underscores and periods."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Customer key that encrypts the table; null for a key that AWS owns, which costs nothing."
  default     = null
}
