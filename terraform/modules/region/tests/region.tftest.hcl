mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::catalog-dev-code" }
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
  mock_resource "aws_cognito_user_pool" {
    defaults = { id = "eu-west-1_Ab1Cd2Ef3", arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3" }
  }
  mock_resource "aws_cognito_user_pool_client" {
    defaults = { id = "1example23456789" }
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
    functions = ["auth", "docs", "health", "items", "usage"]
    raw       = {}
    settings = {
      cors_allow_origins = ["https://www.example.com", "https://admin.example.com"]
      api                = { authorization = "api_key" }
      limits             = { list = { rate_limit = 3 } }
      table              = { owner_shards = 4 }
      functions          = { scaling = { items = { memory_mb = 1024 } } }
      usage_plans        = { basic = { rate_limit = 1, burst_limit = 1 } }
      clients            = { web = { plan = "basic", generations = ["1"] } }
    }
  }
}

run "a_region_is_composed" {
  override_resource {
    target = module.limits.aws_dynamodb_table.this
    values = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev-limits" }
  }
  variables {
    name     = "catalog-dev"
    settings = run.settings.settings
    artifacts = {
      for name in ["api.json", "catalog.zip", "swagger_ui.zip", "items.zip", "auth.zip", "usage.zip", "health.zip", "docs.zip"] :
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
        { actions = ["dynamodb:UpdateItem"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev-limits"] },
      ]
      auth = [
        {
          actions = [
            "cognito-idp:AdminInitiateAuth",
            "cognito-idp:AdminRespondToAuthChallenge",
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminListGroupsForUser",
            "cognito-idp:AdminSetUserMFAPreference",
            "cognito-idp:AdminSetUserPassword",
            "cognito-idp:AdminUserGlobalSignOut",
            "cognito-idp:AdminDeleteUser",
          ]
          resources = ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3"]
        },
        { actions = ["dynamodb:UpdateItem"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev-limits"] },
      ]
      usage = [
        { actions = ["apigateway:GET"], resources = ["arn:aws:apigateway:eu-west-1::/usageplans", "arn:aws:apigateway:eu-west-1::/usageplans/*/usage"] },
        { actions = ["dynamodb:UpdateItem"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev-limits"] },
      ]
      health = [{ actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev"] }]
      docs   = []
    }
    error_message = "a function may do something else: ${jsonencode({ for name, function in local.functions : name => function.statements })}"
  }
  assert {
    condition     = nonsensitive(keys(local.functions.items.environment)) == ["AUTHORIZATION", "CURSOR_SECRET", "LIMITS_TABLE_NAME", "OWNER_SHARDS", "RATE_LIMITS", "STATUS_INDEX", "TABLE_NAME", "USER_POOL_CLIENT_ID"] && local.functions.items.environment.OWNER_SHARDS == "4" && local.functions.items.environment.STATUS_INDEX == "true"
    error_message = "items is told something else"
  }
  assert {
    condition     = nonsensitive(local.functions.items.environment.AUTHORIZATION) == "api_key" && nonsensitive(local.functions.items.environment.USER_POOL_CLIENT_ID) == "1example23456789"
    error_message = "items takes other callers than the API does"
  }
  assert {
    condition     = keys(local.functions.auth.environment) == ["LIMITS_TABLE_NAME", "RATE_LIMITS", "USER_POOL_CLIENT_ID", "USER_POOL_ID"] && local.functions.auth.environment.USER_POOL_ID == "eu-west-1_Ab1Cd2Ef3"
    error_message = "auth is told something else"
  }
  assert {
    condition = {
      for name in ["items", "auth", "usage"] : name => keys(jsondecode(nonsensitive(local.functions[name].environment.RATE_LIMITS)))
    } == { items = ["list", "read", "write"], auth = ["auth", "username", "username_total"], usage = ["auth", "list", "read", "usage", "username", "username_total", "write"] }
    error_message = "a function lacks the limit of a route, or has one that it does not use"
  }
  assert {
    condition     = jsondecode(nonsensitive(local.functions.items.environment.RATE_LIMITS)).list == { rate = 3, burst = 20, lease = 5, on_failure = "open" }
    error_message = "the limits are others: ${nonsensitive(local.functions.items.environment.RATE_LIMITS)}"
  }
  assert {
    condition     = alltrue([for name in ["items", "auth", "usage"] : nonsensitive(local.functions[name].environment.LIMITS_TABLE_NAME) == "catalog-dev-limits"])
    error_message = "callers are counted in different tables"
  }
  assert {
    condition     = issensitive(local.functions.items.environment.CURSOR_SECRET) && length(terraform_data.cursor_secret.output) == 64
    error_message = "the cursors' secret is shown, or is weak"
  }
  assert {
    condition     = output.function_names == { for name in ["auth", "docs", "health", "items", "usage"] : name => "catalog-dev-${name}" } && output.table_name == "catalog-dev"
    error_message = "names are others"
  }
  assert {
    condition     = output.user_pool_id == "eu-west-1_Ab1Cd2Ef3" && output.user_pool_client_id == "1example23456789"
    error_message = "another pool is named: ${output.user_pool_id}, ${output.user_pool_client_id}"
  }
  assert {
    condition     = output.log_groups == merge({ for name in ["auth", "docs", "health", "items", "usage"] : name => "/aws/lambda/catalog-dev-${name}" }, { api = "/aws/apigateway/catalog-dev" })
    error_message = jsonencode(output.log_groups)
  }
  assert {
    condition     = toset(keys(output.api_keys.web)) == toset(["1"]) && toset(keys(output.usage_plans)) == toset(["basic"])
    error_message = "clients have other keys"
  }
  assert {
    condition     = toset(keys(module.artifact_store.files)) == toset([for name in keys(var.artifacts) : name if endswith(name, ".zip")])
    error_message = "other files are uploaded than Lambda needs: ${jsonencode(keys(module.artifact_store.files))}"
  }
  assert {
    condition     = aws_lambda_layer_version.this["catalog"].s3_key == module.artifact_store.files["catalog.zip"].key
    error_message = "the layer is made from something else"
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
