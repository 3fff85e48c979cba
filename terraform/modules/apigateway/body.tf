# The contract, with what API Gateway needs besides. No path, field or schema is named here.

locals {
  stage    = "v1"
  contract = jsondecode(var.contract)
  methods  = ["delete", "get", "head", "options", "patch", "post", "put"]

  operations = {
    for path, item in local.contract.paths : path => { for key, value in item : key => value if contains(local.methods, key) }
  }
  routes = flatten([for path, operations in local.operations : [for method in keys(operations) : "${upper(method)} ${path}"]])

  # The import ignores `security` at the root of the document, and cannot choose between
  # alternatives: the one that holds is written out per operation.
  alternatives = {
    for path, operations in local.operations : path => {
      for method, operation in operations : method => try(operation.security, [{ ApiKey = [] }])
    }
  }
  security = {
    for path, operations in local.alternatives : path => {
      for method, alternatives in operations : method => [
        for index, alternative in alternatives : alternative
        if index == (var.authorization == "api_key" ? length(alternatives) - 1 : 0)
      ]
    }
  }
  # Without scopes, the authorizer takes ID tokens only. Nothing is cached (AWS's default is 300 s): a
  # token is refused as soon as it has expired, and API Gateway verifies one without asking Cognito.
  security_schemes = {
    for name, scheme in local.contract.components.securitySchemes : name => merge(
      scheme,
      {
        for type in [lookup(scheme, "x-amazon-apigateway-authtype", "")] :
        "x-amazon-apigateway-authorizer" => { type = type, providerARNs = [var.user_pool_arn], authorizerResultTtlInSeconds = 0 } if type == "cognito_user_pools"
      },
    )
  }
  integrations = {
    for path, item in local.contract.paths : path => {
      type                = "aws_proxy"
      httpMethod          = "POST"
      uri                 = var.functions[item.x-function].alias_invoke_arn
      passthroughBehavior = "when_no_match"
    }
  }
  # A path's methods that the contract does not have go to the function as well.
  unlisted = {
    for path, item in local.contract.paths : path => {
      parameters = [
        for name in flatten(regexall("{([^}]+)}", path)) : { name = name, in = "path", required = true, schema = { type = "string" } }
      ]
      responses                       = { "200" = { description = "Answered by the function" } }
      x-amazon-apigateway-integration = local.integrations[path]
    }
  }

  paths = {
    for path, operations in local.operations : path => merge(
      # A browser's preflight carries no key. The function knows the methods and the origins.
      { options = merge(local.unlisted[path], { security = [] }) },
      {
        for method, operation in operations : method => merge(operation, {
          security                        = local.security[path][method]
          x-amazon-apigateway-integration = local.integrations[path]
        })
      },
      # Answered with 405, to those who may call the path at all.
      { x-amazon-apigateway-any-method = merge(local.unlisted[path], { security = try([for security in values(local.security[path]) : security if length(security) > 0][0], []) }) },
    )
  }

  body = jsonencode(merge(local.contract, {
    info                                   = merge(local.contract.info, { title = var.name })
    paths                                  = local.paths
    components                             = merge(local.contract.components, { securitySchemes = local.security_schemes })
    x-amazon-apigateway-api-key-source     = "HEADER"
    x-amazon-apigateway-request-validator  = "all"
    x-amazon-apigateway-request-validators = { all = { validateRequestBody = true, validateRequestParameters = true } }
    x-amazon-apigateway-gateway-responses  = local.gateway_responses
  }))
}
