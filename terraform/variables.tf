# All that differs between environments is in environments/*.yaml; this differs between laptops.
variable "local_aws_port" {
  type        = number
  description = "Port of the local AWS on 127.0.0.1, for environments with `local_aws: true`."
  default     = 4566

  validation {
    condition     = var.local_aws_port >= 1 && var.local_aws_port <= 65535
    error_message = "local_aws_port is ${var.local_aws_port}: it must be a port, from 1 to 65535."
  }
}
