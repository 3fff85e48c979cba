output "api" {
  description = "The REST API: its `id`, `stage`, and `invoke_url` on AWS."
  value = {
    id         = module.api.id
    stage      = module.api.stage
    invoke_url = module.api.invoke_url
  }
}

output "api_keys" {
  description = "Client → generation → value of the key."
  value       = module.api.api_keys
  sensitive   = true
}

output "usage_plans" {
  description = "Name of the plan → its id in AWS."
  value       = module.api.usage_plans
}

output "table_name" {
  description = "Name of the items table."
  value       = module.table.name
}

output "user_pool_id" {
  description = "Id of the user pool."
  value       = module.users.id
}

output "user_pool_client_id" {
  description = "Id of the user pool's app client: the audience of the ID tokens."
  value       = module.users.client_id
}

output "function_names" {
  description = "Short name of the function → its name in AWS."
  value       = { for short, function in module.function : short => function.name }
}

output "log_groups" {
  description = "Short name of the function, or `api` for the access log → name of the log group."
  value       = merge({ for short, function in module.function : short => function.log_group }, { api = module.api.access_log_group })
}

output "dashboard_url" {
  description = "Address of the dashboard in the console."
  value       = module.observability.dashboard_url
}
