# The contract, with what API Gateway needs besides. No path, field or schema is named here.

locals {
  stage    = "v1"
  contract = jsondecode(var.contract)
  methods  = ["delete", "get", "head", "options", "patch", "post", "put"]

  operations = {
    for path, item in local.contract.paths : path => { for key, value in item : key => value if contains(local.methods, key) }
  }
  # The import ignores `security` at the root of the document: it is written out per operation.
  security = {
    for path, operations in local.operations : path => {
      for method, operation in operations : method => try(operation.security, [{ ApiKey = [] }])
    }
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
    x-amazon-apigateway-api-key-source     = "HEADER"
    x-amazon-apigateway-request-validator  = "all"
    x-amazon-apigateway-request-validators = { all = { validateRequestBody = true, validateRequestParameters = true } }
    x-amazon-apigateway-gateway-responses  = local.gateway_responses
  }))
}
