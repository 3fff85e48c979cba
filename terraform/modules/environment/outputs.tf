output "settings" {
  description = "The environment's settings with every default filled in, and its name."
  value       = merge(var.settings, { name = var.workspace })

  precondition {
    condition     = length(local.unknown) == 0
    error_message = "Unknown settings in environments/${var.workspace}.yaml: ${join(", ", local.unknown)}."
  }
}
