output "settings" {
  description = "The environment's settings with every default filled in, and its name."
  value       = merge(var.settings, { name = var.workspace })

  precondition {
    condition     = length(local.unknown) == 0
    error_message = "Unknown settings in environments/${var.workspace}.yaml: ${join(", ", local.unknown)}."
  }

  precondition {
    condition     = length(local.refusing) == 0
    error_message = "Wherever a rate is set, rate_limit (a second) must be above 0 and at most 1000000, and burst_limit a whole number from 1: ${join(", ", local.refusing)}."
  }
}
