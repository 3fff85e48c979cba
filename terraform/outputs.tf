output "environment" {
  description = "Name of the environment."
  value       = module.environment.settings.name
}

output "api_url" {
  description = "Base URL of the API."
  value       = local.local_aws ? "http://127.0.0.1:${var.local_aws_port}/restapis/${module.region.api.id}/${module.region.api.stage}/_user_request_" : module.region.api.invoke_url
}

output "api_keys" {
  description = "Client → generation → value of the API key."
  value       = module.region.api_keys
  sensitive   = true
}

output "usage_plans" {
  description = "Name of the usage plan → its id in AWS."
  value       = module.region.usage_plans
}

output "table_name" {
  description = "Name of the items table."
  value       = module.region.table_name
}

output "user_pool_id" {
  description = "Id of the Cognito user pool."
  value       = module.region.user_pool_id
}

output "user_pool_client_id" {
  description = "Id of the user pool's app client: the audience of the ID tokens."
  value       = module.region.user_pool_client_id
}

output "function_names" {
  description = "Short name of the function → its name in AWS."
  value       = module.region.function_names
}

output "log_groups" {
  description = "Short name of the function, or `api` for the access log → name of the log group."
  value       = module.region.log_groups
}

output "dashboard_url" {
  description = "Address of the dashboard in the console."
  value       = module.region.dashboard_url
}
