variable "project" {
  type        = string
  description = "Path of the project's root folder, where the sources and `build/` are."
}

variable "environment" {
  type        = string
  description = "Name of the environment, for the command that the error messages tell."
}

variable "target" {
  type        = string
  description = "What the artifacts must be built for: `local`, or run-time and architecture, like `python3.13-arm64`."

  validation {
    condition     = can(regex("^(local|python3\\.[0-9]+-(arm64|x86_64))$", var.target))
    error_message = "target is \"${var.target}\": it must be local or RUNTIME-ARCHITECTURE, like python3.13-arm64."
  }
}

variable "names" {
  type        = set(string)
  description = "File names of the artifacts that are needed."
}
