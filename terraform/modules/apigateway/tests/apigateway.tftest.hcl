mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_api_gateway_rest_api" {
    defaults = { id = "abc", execution_arn = "arn:aws:execute-api:eu-west-1:123456789012:abc" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/catalog-dev" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/catalog-dev-apigateway-eu-west-1" }
  }
}

variables {
  name = "catalog-dev"
  contract = jsonencode({
    openapi = "3.0.3"
    info    = { title = "Catalog API", version = "1.0.0" }
    paths = {
      "/items/{itemId}" = {
        x-function = "items"
        get        = { operationId = "getItem", security = [{ ApiKey = [], UserToken = [] }, { ApiKey = [] }], responses = { "200" = { description = "OK" } } }
        head       = { operationId = "headItem", security = [{ ApiKey = [], UserToken = [] }, { ApiKey = [] }], responses = { "200" = { description = "OK" } } }
        delete     = { operationId = "deleteItem", security = [{ ApiKey = [], UserToken = [] }, { ApiKey = [] }], responses = { "200" = { description = "OK" } } }
      }
      "/auth/me" = {
        x-function = "auth"
        get        = { operationId = "getMe", security = [{ ApiKey = [], UserToken = [] }], responses = { "200" = { description = "OK" } } }
      }
      "/usage" = {
        x-function = "usage"
        get        = { operationId = "getUsage", responses = { "200" = { description = "OK" } } }
        head       = { operationId = "headUsage", responses = { "200" = { description = "OK" } } }
      }
      "/health" = {
        x-function = "health"
        get        = { operationId = "getHealth", security = [], responses = { "200" = { description = "OK" } } }
      }
    }
    components = {
      securitySchemes = {
        ApiKey    = { type = "apiKey", in = "header", name = "x-api-key" }
        UserToken = { type = "apiKey", in = "header", name = "Authorization", x-amazon-apigateway-authtype = "cognito_user_pools" }
      }
    }
  })
  functions = {
    items  = { name = "catalog-dev-items", alias = "live", alias_invoke_arn = "arn:items:live" }
    auth   = { name = "catalog-dev-auth", alias = "live", alias_invoke_arn = "arn:auth:live" }
    usage  = { name = "catalog-dev-usage", alias = "live", alias_invoke_arn = "arn:usage:live" }
    health = { name = "catalog-dev-health", alias = "live", alias_invoke_arn = "arn:health:live" }
  }
  authorization = "jwt_and_api_key"
  user_pool_arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3"
  throttle      = { rate_limit = 10, burst_limit = 5 }
  logs          = { retention_days = 14, execution_log_level = "ERROR" }
  usage_plans   = { basic = { rate_limit = 1, burst_limit = 2, quota = { limit = 3, period = "DAY" } } }
  clients       = { web = { plan = "basic", generations = ["1", "2"] } }
}

run "every_method_of_a_path_invokes_the_alias_of_its_function" {
  assert {
    condition = alltrue(flatten([
      for path, arn in { "/items/{itemId}" = "arn:items:live", "/health" = "arn:health:live" } : [
        for method in values(jsondecode(aws_api_gateway_rest_api.this.body).paths[path]) :
        method.x-amazon-apigateway-integration.uri == arn && method.x-amazon-apigateway-integration.type == "aws_proxy" && method.x-amazon-apigateway-integration.httpMethod == "POST"
      ]
    ]))
    error_message = "a method invokes something else"
  }
  assert {
    condition     = toset(keys(jsondecode(aws_api_gateway_rest_api.this.body).paths["/items/{itemId}"])) == toset(["delete", "get", "head", "options", "x-amazon-apigateway-any-method"])
    error_message = "the methods are ${jsonencode(keys(jsondecode(aws_api_gateway_rest_api.this.body).paths["/items/{itemId}"]))}"
  }
}

run "every_integration_may_be_invoked_on_its_alias" {
  assert {
    condition = alltrue([
      for path, item in jsondecode(var.contract).paths : anytrue([
        for permission in values(aws_lambda_permission.this) :
        permission.function_name == var.functions[item.x-function].name && permission.qualifier == "live" && startswith("v1/*${path}", trimsuffix(split(":abc/", permission.source_arn)[1], "*"))
      ])
    ])
    error_message = "API Gateway could not invoke a function of the contract: ${jsonencode(values(aws_lambda_permission.this)[*].source_arn)}"
  }
}

# Another resource that lets a function be invoked (a URL, say) fails in tests/aws_rules, which sees
# all that an environment plans.
run "a_function_is_reached_in_no_other_way" {
  assert {
    condition = { for name, permission in aws_lambda_permission.this : name => permission.source_arn } == {
      "items items"   = "arn:aws:execute-api:eu-west-1:123456789012:abc/v1/*/items*"
      "auth auth"     = "arn:aws:execute-api:eu-west-1:123456789012:abc/v1/*/auth*"
      "usage usage"   = "arn:aws:execute-api:eu-west-1:123456789012:abc/v1/*/usage*"
      "health health" = "arn:aws:execute-api:eu-west-1:123456789012:abc/v1/*/health*"
    }
    error_message = "another API, stage or path may invoke: ${jsonencode(values(aws_lambda_permission.this)[*].source_arn)}"
  }
  assert {
    condition     = toset([for permission in values(aws_lambda_permission.this) : "${permission.principal} ${permission.action}"]) == toset(["apigateway.amazonaws.com lambda:InvokeFunction"])
    error_message = "another service may invoke, or do something else: ${jsonencode(values(aws_lambda_permission.this)[*].principal)}"
  }
}

run "a_user_and_a_key_are_asked_for_where_the_contract_says_so" {
  assert {
    condition = alltrue(flatten([
      for path, methods in { "/items/{itemId}" = ["get", "delete", "x-amazon-apigateway-any-method"], "/auth/me" = ["get", "x-amazon-apigateway-any-method"] } : [
        for method in methods :
        jsondecode(aws_api_gateway_rest_api.this.body).paths[path][method].security == [{ ApiKey = [], UserToken = [] }]
      ]
    ]))
    error_message = "an item, or a user, is shown to somebody who has not signed in"
  }
  assert {
    condition     = alltrue([for method in ["get", "x-amazon-apigateway-any-method"] : jsondecode(aws_api_gateway_rest_api.this.body).paths["/usage"][method].security == [{ ApiKey = [] }]])
    error_message = "a route without security of its own needs no key, or a user"
  }
  assert {
    condition     = alltrue([for method in values(jsondecode(aws_api_gateway_rest_api.this.body).paths["/health"]) : length(method.security) == 0])
    error_message = "/health needs a key"
  }
  assert {
    condition     = length(jsondecode(aws_api_gateway_rest_api.this.body).paths["/items/{itemId}"].options.security) == 0
    error_message = "a browser's preflight, which never has a key, is refused"
  }
}

run "with_keys_alone_the_last_alternative_holds" {
  variables {
    authorization = "api_key"
  }
  assert {
    condition = alltrue([
      for method in ["get", "delete", "x-amazon-apigateway-any-method"] :
      jsondecode(aws_api_gateway_rest_api.this.body).paths["/items/{itemId}"][method].security == [{ ApiKey = [] }]
    ])
    error_message = "a method of /items/{itemId} needs a user, or no key"
  }
  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/auth/me"].get.security == [{ ApiKey = [], UserToken = [] }]
    error_message = "/auth/me answers without knowing who asks"
  }
}

run "tokens_are_those_of_the_user_pool" {
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.this.body).components.securitySchemes == {
      ApiKey = { type = "apiKey", in = "header", name = "x-api-key" }
      UserToken = {
        type                           = "apiKey", in = "header", name = "Authorization"
        x-amazon-apigateway-authtype   = "cognito_user_pools"
        x-amazon-apigateway-authorizer = { type = "cognito_user_pools", providerARNs = [var.user_pool_arn], authorizerResultTtlInSeconds = 0 }
      }
    }
    error_message = "tokens of another pool are taken: ${jsonencode(jsondecode(aws_api_gateway_rest_api.this.body).components.securitySchemes)}"
  }
}

run "a_route_has_a_throttle_of_its_own" {
  variables {
    method_throttles = {
      "GET /items/{itemId}"    = { rate_limit = 7, burst_limit = 3 }
      "DELETE /items/{itemId}" = { rate_limit = 9, burst_limit = 9 }
      "GET /usage"             = { rate_limit = 6, burst_limit = 2 }
      "HEAD /usage"            = { rate_limit = 1, burst_limit = 1 }
      "GET /auth/me"           = { rate_limit = 8, burst_limit = 4 }
    }
  }
  assert {
    condition = { for path, method in aws_api_gateway_method_settings.this : path => [method.settings[0].throttling_rate_limit, method.settings[0].throttling_burst_limit] } == {
      "*/*"                      = [10, 5]
      "~1items~1{itemId}/GET"    = [7, 3]
      "~1items~1{itemId}/HEAD"   = [7, 3]
      "~1items~1{itemId}/DELETE" = [9, 9]
      "~1usage/GET"              = [6, 2]
      "~1usage/HEAD"             = [1, 1]
      "~1auth~1me/GET"           = [8, 4]
    }
    error_message = "the throttles are others"
  }
  assert {
    condition     = alltrue([for method in aws_api_gateway_method_settings.this : method.settings[0].metrics_enabled && method.settings[0].logging_level == "ERROR" && !method.settings[0].data_trace_enabled])
    error_message = "a route with a throttle of its own has no metrics, or logs something else"
  }
}

run "a_throttle_for_a_route_that_does_not_exist_is_refused" {
  command = plan
  variables {
    method_throttles = { "GET /item" = { rate_limit = 7, burst_limit = 3 } }
  }
  expect_failures = [var.method_throttles]
}

run "an_unknown_authorization_is_refused" {
  command = plan
  variables {
    authorization = "jwt"
  }
  expect_failures = [var.authorization]
}

run "requests_are_validated_before_a_function_is_paid_for" {
  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-request-validators[jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-request-validator] == { validateRequestBody = true, validateRequestParameters = true }
    error_message = "bodies or parameters are not validated"
  }
}

run "every_answer_of_the_gateway_is_a_problem" {
  assert {
    condition = alltrue([
      for response in values(jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses) :
      response.responseParameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'" && response.responseParameters["gatewayresponse.header.X-Request-Id"] == "context.requestId"
    ])
    error_message = "an answer has another type, or no request id"
  }
  assert {
    condition = alltrue([
      for response in values(jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses) :
      can(regex("^(urn:catalog:problem:[a-z-]+|https://iana.org/assignments/http-problem-types#quota-exceeded)$", jsondecode(response.responseTemplates["application/json"]).type)) && jsondecode(response.responseTemplates["application/json"]).requestId == "$context.requestId"
    ])
    error_message = "an answer is no problem"
  }
  assert {
    condition = alltrue([
      for response in values(jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses) :
      tostring(try(jsondecode(response.responseTemplates["application/json"]).status, "")) == try(response.statusCode, "")
    ])
    error_message = "a problem has another status than its answer"
  }
  assert {
    condition = toset([
      for type, response in jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses : type if !can(response.statusCode)
    ]) == toset(["DEFAULT_4XX", "DEFAULT_5XX"])
    error_message = "an answer other than the defaults has no status"
  }
  assert {
    condition = {
      for type, response in jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses :
      type => response.statusCode if contains(["MISSING_AUTHENTICATION_TOKEN", "INVALID_API_KEY", "THROTTLED", "REQUEST_TOO_LARGE", "INVALID_SIGNATURE"], type)
    } == { MISSING_AUTHENTICATION_TOKEN = "404", INVALID_API_KEY = "403", THROTTLED = "429", REQUEST_TOO_LARGE = "413", INVALID_SIGNATURE = "404" }
    error_message = "a status is wrong"
  }
}

run "a_throttled_client_is_told_which_limit_it_was_and_when_to_come_back" {
  assert {
    condition = {
      for type, response in jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses :
      type => [
        jsondecode(response.responseTemplates["application/json"]).type,
        jsondecode(response.responseTemplates["application/json"])["violated-policies"],
        response.responseParameters["gatewayresponse.header.RateLimit"],
        response.responseParameters["gatewayresponse.header.Retry-After"],
      ]
      if try(response.statusCode, "") == "429"
      } == {
      THROTTLED      = ["https://iana.org/assignments/http-problem-types#quota-exceeded", ["rate"], "'\"rate\";r=0;t=1'", "'1'"]
      QUOTA_EXCEEDED = ["https://iana.org/assignments/http-problem-types#quota-exceeded", ["quota"], "'\"quota\";r=0'", "'3600'"]
    }
    error_message = "a 429 of the gateway has another shape than the draft's"
  }
}

run "a_caller_without_a_valid_token_is_told_what_to_send" {
  assert {
    condition = {
      for type, response in jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses :
      type => response.responseParameters["gatewayresponse.header.WWW-Authenticate"] if try(response.statusCode, "") == "401"
    } == { UNAUTHORIZED = "'Bearer'", EXPIRED_TOKEN = "'Bearer error=\"invalid_token\"'" }
    error_message = "a 401 of the gateway has no challenge (RFC 9110, 15.5.2)"
  }
}

run "one_origin_is_named_in_the_gateways_answers" {
  variables {
    cors_allow_origins = ["https://www.example.com"]
  }
  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses.DEFAULT_4XX.responseParameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://www.example.com'"
    error_message = "a page cannot read why it was refused"
  }
}

run "a_page_may_read_the_limits" {
  variables {
    cors_allow_origins = ["*"]
  }
  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses.THROTTLED.responseParameters["gatewayresponse.header.Access-Control-Expose-Headers"] == "'RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id'"
    error_message = "a browser hides a header that says when to come back"
  }
}

run "of_several_origins_the_callers_is_named" {
  variables {
    cors_allow_origins = ["https://www.example.com", "https://admin.example.com"]
  }
  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses.DEFAULT_4XX.responseParameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "method.request.header.Origin"
    error_message = "a page cannot read why it was refused"
  }
  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses.DEFAULT_4XX.responseParameters["gatewayresponse.header.Vary"] == "'Origin'"
    error_message = "a cache would give one origin's answer to another"
  }
}

run "without_origins_no_page_reads_an_answer" {
  assert {
    condition     = length([for name in keys(jsondecode(aws_api_gateway_rest_api.this.body).x-amazon-apigateway-gateway-responses.DEFAULT_4XX.responseParameters) : name if strcontains(name, "Access-Control")]) == 0
    error_message = "an origin is allowed that nobody named"
  }
}

run "every_generation_of_a_key_is_live" {
  assert {
    condition     = toset(keys(aws_api_gateway_usage_plan_key.this)) == toset(["web/1", "web/2"])
    error_message = "the keys are ${jsonencode(keys(aws_api_gateway_usage_plan_key.this))}"
  }
  assert {
    condition     = aws_api_gateway_api_key.this["web/2"].name == "catalog-dev-web-2" && toset(keys(output.api_keys.web)) == toset(["1", "2"])
    error_message = "a generation cannot be told from another"
  }
  assert {
    condition     = aws_api_gateway_usage_plan.this["basic"].quota_settings[0].limit == 3 && aws_api_gateway_usage_plan.this["basic"].throttle_settings[0].burst_limit == 2
    error_message = "the plan has other limits"
  }
}

run "a_plan_needs_no_quota" {
  variables {
    usage_plans = { basic = { rate_limit = 1, burst_limit = 2 } }
  }
  assert {
    condition     = length(aws_api_gateway_usage_plan.this["basic"].quota_settings) == 0
    error_message = "a quota was set"
  }
}

run "the_access_log_is_short_json" {
  assert {
    condition     = length(aws_api_gateway_stage.this.access_log_settings[0].format) < 512 && can(jsondecode(aws_api_gateway_stage.this.access_log_settings[0].format))
    error_message = "API Gateway would cut the line"
  }
  assert {
    condition     = !aws_api_gateway_method_settings.this["*/*"].settings[0].data_trace_enabled
    error_message = "payloads and keys would be logged"
  }
}

run "an_account_that_logs_already_is_left_alone" {
  variables {
    manage_account_logging = false
  }
  assert {
    condition     = length(aws_api_gateway_account.this) == 0 && length(aws_iam_role.logging) == 0
    error_message = "the account's role would be replaced"
  }
}

run "a_changed_contract_is_deployed" {
  variables {
    cors_allow_origins = ["*"]
  }
  assert {
    condition     = aws_api_gateway_deployment.this.triggers.body == sha256(aws_api_gateway_rest_api.this.body)
    error_message = "the stage would go on serving the old contract"
  }
}

run "a_path_without_a_function_is_refused" {
  command = plan
  variables {
    functions = { items = { name = "catalog-dev-items", alias = "live", alias_invoke_arn = "arn:items:live" } }
  }
  expect_failures = [var.contract]
}

run "openapi_3_1_is_refused" {
  command = plan
  variables {
    contract = "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"x\"}, \"paths\": {}}"
  }
  expect_failures = [var.contract]
}

run "the_last_generation_of_a_key_is_kept" {
  command = plan
  variables {
    clients = { web = { plan = "basic", generations = [] } }
  }
  expect_failures = [var.clients]
}

run "a_client_of_an_unknown_plan_is_refused" {
  command = plan
  variables {
    clients = { web = { plan = "gold", generations = ["1"] } }
  }
  expect_failures = [var.clients]
}
