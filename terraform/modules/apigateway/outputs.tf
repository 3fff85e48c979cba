output "id" {
  description = "Id of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "Name of the REST API: the dimension `ApiName` of its metrics."
  value       = aws_api_gateway_rest_api.this.name
}

output "stage" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "invoke_url" {
  description = "Base URL of the API on AWS."
  value       = aws_api_gateway_stage.this.invoke_url
}

output "api_keys" {
  description = "Client → generation → value of the key."
  sensitive   = true
  value = {
    for client, settings in var.clients : client => {
      for generation in settings.generations : generation => aws_api_gateway_api_key.this["${client}/${generation}"].value
    }
  }
}

output "usage_plans" {
  description = "Name of the plan → its id in AWS."
  value       = { for name, plan in aws_api_gateway_usage_plan.this : name => plan.id }
}

output "access_log_group" {
  description = "Name of the access log's group."
  value       = aws_cloudwatch_log_group.access.name
}
