# `live` is what everything invokes. `ignore_changes` cannot depend on a variable, hence two of them.

locals {
  alias = one(concat(aws_lambda_alias.this, aws_lambda_alias.codedeploy))
}

resource "aws_lambda_alias" "this" {
  count = var.alias_managed_by == "terraform" ? 1 : 0

  name             = "live"
  description      = "The version that serves requests"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_alias" "codedeploy" {
  count = var.alias_managed_by == "codedeploy" ? 1 : 0

  name             = "live"
  description      = "The version that serves requests, moved by CodeDeploy"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

resource "aws_lambda_provisioned_concurrency_config" "this" {
  count = var.scaling.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = local.alias.name
  provisioned_concurrent_executions = var.scaling.provisioned_concurrency
}
