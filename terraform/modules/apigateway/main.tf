resource "aws_api_gateway_rest_api" "this" {
  name        = var.name
  description = local.contract.info.title
  body        = local.body

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

# A deployment is a snapshot: a changed body is served only by a new one.
resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  triggers    = { body = sha256(local.body) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = local.stage
  xray_tracing_enabled = var.tracing

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.access_log_format
  }

  # API Gateway refuses logging before the account has a role for it, and would make the execution
  # log's group itself, without retention.
  depends_on = [aws_api_gateway_account.this, aws_cloudwatch_log_group.execution]
}

locals {
  # HEAD does the work of GET, so a throttle for one is for the other too, each by itself.
  method_throttles = merge(
    {
      for route, throttle in var.method_throttles : replace(route, "GET ", "HEAD ") => throttle
      if startswith(route, "GET ") && contains(local.routes, replace(route, "GET ", "HEAD "))
    },
    var.method_throttles,
  )
  # Path of the setting → throttle. A slash within the resource's path is `~1`, a JSON Pointer's.
  throttles = merge(
    { "*/*" = var.throttle },
    {
      for route, throttle in local.method_throttles :
      "${replace(split(" ", route)[1], "/", "~1")}/${split(" ", route)[0]}" => throttle
    },
  )
}

# A method's own settings replace all of the stage's.
resource "aws_api_gateway_method_settings" "this" {
  for_each = local.throttles

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = each.key

  settings {
    metrics_enabled        = true
    logging_level          = var.logs.execution_log_level
    data_trace_enabled     = false # it would write payloads and keys to the log
    throttling_rate_limit  = each.value.rate_limit
    throttling_burst_limit = each.value.burst_limit
  }
}

moved {
  from = aws_api_gateway_method_settings.this
  to   = aws_api_gateway_method_settings.this["*/*"]
}

locals {
  # Function and first segment of its paths, each once: permissions of a function are added one after
  # the other, and its policy has a limit of 20 KB.
  invoked = {
    for name in distinct([for path, item in local.contract.paths : "${item.x-function} ${split("/", path)[1]}"]) :
    name => { function = var.functions[split(" ", name)[0]], segment = split(" ", name)[1] }
  }
}

# The alias is what may be invoked, by this stage and below the paths that the function serves. Every
# method: those a path does not have reach the function too, which answers 405.
resource "aws_lambda_permission" "this" {
  for_each = local.invoked

  statement_id_prefix = "apigateway-"
  action              = "lambda:InvokeFunction"
  principal           = "apigateway.amazonaws.com"
  function_name       = each.value.function.name
  qualifier           = each.value.function.alias
  source_arn          = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage}/*/${each.value.segment}*"
}
