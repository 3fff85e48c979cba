mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/catalog-dev-items-eu-west-1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/catalog-dev-items" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { version = "7" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/catalog-dev-items:live/invocations" }
  }
}

variables {
  name         = "catalog-dev-items"
  description  = "Serve items"
  artifact     = { bucket = "catalog-dev-code", key = "items/1.zip", sha256 = "c2hhMjU2" }
  runtime      = "python3.13"
  architecture = "arm64"
  logs         = { level = "INFO", retention_days = 14 }
  statements = [{
    actions   = ["dynamodb:GetItem"]
    resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev"]
  }]
}

run "the_role_allows_what_is_asked_and_its_own_log" {
  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement == [
      {
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Effect   = "Allow"
        Resource = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/catalog-dev-items:*"]
      },
      {
        Action   = ["dynamodb:GetItem"]
        Effect   = "Allow"
        Resource = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev"]
      },
    ]
    error_message = aws_iam_role_policy.this.policy
  }
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "somebody else than Lambda can take the role"
  }
  assert {
    condition     = aws_iam_role.this.name == "catalog-dev-items-eu-west-1"
    error_message = "two regions would share the role ${aws_iam_role.this.name}"
  }
}

run "the_alias_serves_the_published_version" {
  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.this[0].function_version == "7"
    error_message = "the alias does not follow"
  }
  assert {
    condition     = output.alias == "live" && output.alias_invoke_arn == aws_lambda_alias.this[0].invoke_arn
    error_message = "callers would not invoke the alias"
  }
  assert {
    condition     = length(aws_lambda_provisioned_concurrency_config.this) == 0
    error_message = "capacity is paid for that nobody asked for"
  }
}

run "codedeploy_moves_the_alias_where_it_is_told_to" {
  variables {
    alias_managed_by = "codedeploy"
  }

  assert {
    condition     = length(aws_lambda_alias.this) == 0 && length(aws_lambda_alias.codedeploy) == 1 && output.alias == "live"
    error_message = "Terraform would move the alias back"
  }
}

run "logs_are_json_in_a_group_with_retention" {
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/catalog-dev-items" && aws_cloudwatch_log_group.this.retention_in_days == 14
    error_message = "the log group is not the function's, or keeps forever"
  }
  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "JSON" && aws_lambda_function.this.logging_config[0].log_group == aws_cloudwatch_log_group.this.name
    error_message = "the function logs elsewhere"
  }
}

run "tracing_adds_the_rights_it_needs" {
  variables {
    tracing = true
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "tracing is not on"
  }
  assert {
    condition     = contains(flatten(jsondecode(aws_iam_role_policy.this.policy).Statement[*].Action), "xray:PutTraceSegments")
    error_message = "the function could not send its traces"
  }
}

run "the_code_comes_from_s3" {
  assert {
    condition     = aws_lambda_function.this.s3_bucket == "catalog-dev-code" && aws_lambda_function.this.s3_key == "items/1.zip" && aws_lambda_function.this.source_code_hash == "c2hhMjU2"
    error_message = "the function is made from something else"
  }
}

run "provisioned_concurrency_is_on_the_alias" {
  variables {
    scaling = { provisioned_concurrency = 2 }
  }

  assert {
    condition     = aws_lambda_provisioned_concurrency_config.this[0].qualifier == "live"
    error_message = "AWS refuses provisioned concurrency elsewhere"
  }
}

run "snap_start_with_provisioned_concurrency_is_refused" {
  command = plan
  variables {
    scaling = { snap_start = true, provisioned_concurrency = 1 }
  }
  expect_failures = [aws_lambda_function.this]
}

run "snap_start_before_python_3_12_is_refused" {
  command = plan
  variables {
    runtime = "python3.11"
    scaling = { snap_start = true }
  }
  expect_failures = [aws_lambda_function.this]
}

run "more_provisioned_than_reserved_concurrency_is_refused" {
  command = plan
  variables {
    scaling = { provisioned_concurrency = 5, reserved_concurrency = 2 }
  }
  expect_failures = [aws_lambda_function.this]
}

run "a_function_slower_than_the_gateway_is_refused" {
  command = plan
  variables {
    scaling = { timeout_seconds = 29 }
  }
  expect_failures = [var.scaling]
}

run "memory_beyond_lambdas_is_refused" {
  command = plan
  variables {
    scaling = { memory_mb = 64 }
  }
  expect_failures = [var.scaling]
}

run "a_statement_on_everything_is_refused" {
  command = plan
  variables {
    statements = [{ actions = ["dynamodb:GetItem"], resources = ["*"] }]
  }
  expect_failures = [var.statements]
}

run "a_role_name_iam_refuses_is_refused" {
  command = plan
  variables {
    name = "catalog-an-environment-with-a-name-too-long-for-a-role-items"
  }
  expect_failures = [aws_iam_role.this]
}
