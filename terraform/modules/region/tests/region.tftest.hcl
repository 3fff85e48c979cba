mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/role" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:group" }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev" }
  }
  mock_resource "aws_lambda_layer_version" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:layer:layer:1" }
  }
  mock_resource "aws_api_gateway_rest_api" {
    defaults = { execution_arn = "arn:aws:execute-api:eu-west-1:123456789012:abc" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:catalog-dev-alarms" }
  }
}

# The settings of an environment, as the region gets them.
run "settings" {
  module {
    source = "../environment"
  }
  variables {
    workspace = "dev"
    available = ["dev"]
    functions = ["docs", "health", "items"]
    raw       = {}
    settings = {
      cors_allow_origins = ["https://www.example.com", "https://admin.example.com"]
      table              = { owner_shards = 4 }
      functions          = { scaling = { items = { memory_mb = 1024 } } }
      usage_plans        = { basic = { rate_limit = 1, burst_limit = 1 } }
      clients            = { web = { plan = "basic", generations = ["1"] } }
    }
  }
}

run "a_region_is_composed" {
  variables {
    name     = "catalog-dev"
    settings = run.settings.settings
    artifacts = {
      for name in ["api.json", "catalog.zip", "swagger_ui.zip", "items.zip", "health.zip", "docs.zip"] :
      name => { path = "tests/api.json", sha256 = "c2hhMjU2" }
    }
  }

  assert {
    condition = { for name, function in local.functions : name => function.statements } == {
      items = [
        {
          actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
          resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev"]
        },
        {
          actions = ["dynamodb:Query"]
          resources = [
            "arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev/index/by_owner",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev/index/by_owner_status",
          ]
        },
      ]
      health = [{ actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev"] }]
      docs   = []
    }
    error_message = "a function may do something else: ${jsonencode({ for name, function in local.functions : name => function.statements })}"
  }
  assert {
    condition     = nonsensitive(keys(local.functions.items.environment)) == ["CURSOR_SECRET", "OWNER_SHARDS", "STATUS_INDEX", "TABLE_NAME"] && local.functions.items.environment.OWNER_SHARDS == "4" && local.functions.items.environment.STATUS_INDEX == "true"
    error_message = "items is told something else"
  }
  assert {
    condition     = issensitive(local.functions.items.environment.CURSOR_SECRET) && length(terraform_data.cursor_secret.output) == 64
    error_message = "the cursors' secret is shown, or is weak"
  }
  assert {
    condition     = output.function_names == { docs = "catalog-dev-docs", health = "catalog-dev-health", items = "catalog-dev-items" } && output.table_name == "catalog-dev"
    error_message = "names are others"
  }
  assert {
    condition     = output.log_groups == { api = "/aws/apigateway/catalog-dev", docs = "/aws/lambda/catalog-dev-docs", health = "/aws/lambda/catalog-dev-health", items = "/aws/lambda/catalog-dev-items" }
    error_message = jsonencode(output.log_groups)
  }
  assert {
    condition     = toset(keys(output.api_keys.web)) == toset(["1"]) && toset(keys(output.usage_plans)) == toset(["basic"])
    error_message = "clients have other keys"
  }
}

run "a_missing_artifact_is_named" {
  command = plan
  variables {
    name      = "catalog-dev"
    settings  = run.settings.settings
    artifacts = { "api.json" = { path = "tests/api.json", sha256 = "c2hhMjU2" } }
  }
  expect_failures = [var.artifacts]
}
