variable "name" {
  type        = string
  description = "Prefix of the bucket's name, like catalog-dev."
}

variable "artifacts" {
  type        = map(object({ path = string, sha256 = string }))
  description = "The zips by their file name: path, and SHA-256 in base64."
}

variable "force_destroy" {
  type        = bool
  description = "Whether the bucket may be destroyed with whatever else somebody put into it."
  default     = false
}
