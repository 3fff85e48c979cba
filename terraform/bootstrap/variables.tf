variable "bucket" {
  type        = string
  description = "Name of the bucket. It is unique in all of AWS: put the account and the region in it."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket is \"${var.bucket}\": use 3-63 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  type        = string
  description = "AWS region of the bucket."

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": it must be the name of an AWS region, like eu-west-1."
  }
}
