variable "name" {
  type        = string
  description = "Prefix of every name in AWS, like catalog-dev."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,27}$", var.name))
    error_message = "name is \"${var.name}\": use 3-28 lower-case letters, digits and hyphens, a letter first."
  }
}

# Typed, given its defaults and checked by modules/environment; each module below types its part.
variable "settings" {
  type        = any
  description = "The environment's settings, as modules/environment gives them."
}

variable "artifacts" {
  type        = map(object({ path = string, sha256 = string }))
  description = "The artifacts, as modules/artifacts gives them."

  validation {
    condition     = length(setsubtract(["api.json", "catalog.zip", "swagger_ui.zip", "items.zip", "auth.zip", "usage.zip", "health.zip", "docs.zip"], keys(var.artifacts))) == 0
    error_message = "Artifacts are missing: ${join(", ", setsubtract(["api.json", "catalog.zip", "swagger_ui.zip", "items.zip", "auth.zip", "usage.zip", "health.zip", "docs.zip"], keys(var.artifacts)))}."
  }
}
