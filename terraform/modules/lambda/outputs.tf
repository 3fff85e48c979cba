output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "alias" {
  description = "Name of the alias that serves requests."
  value       = local.alias.name
}

output "alias_invoke_arn" {
  description = "What API Gateway calls to invoke the alias."
  value       = local.alias.invoke_arn
}

output "log_group" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "timeout_seconds" {
  description = "Seconds after which the function is stopped."
  value       = aws_lambda_function.this.timeout
}
