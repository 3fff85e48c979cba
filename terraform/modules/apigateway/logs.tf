locals {
  # One line of JSON a request. A value that is absent is "-", so all are in quotes; none can be
  # longer than the contract makes it, since API Gateway cuts the line at 1,024 bytes, and none is
  # a text of the caller's, which could break the JSON.
  access_log_format = jsonencode({
    requestId          = "$context.requestId"
    requestTime        = "$context.requestTime"
    sourceIp           = "$context.identity.sourceIp"
    apiKeyId           = "$context.identity.apiKeyId"
    user               = "$context.authorizer.claims.sub"
    method             = "$context.httpMethod"
    resourcePath       = "$context.resourcePath"
    status             = "$context.status"
    error              = "$context.error.responseType"
    responseLatency    = "$context.responseLatency"
    integrationLatency = "$context.integrationLatency"
    responseLength     = "$context.responseLength"
  })
  execution_logged = var.logs.execution_log_level != "OFF"
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
}

# The name is API Gateway's.
resource "aws_cloudwatch_log_group" "execution" {
  count = local.execution_logged ? 1 : 0

  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${local.stage}"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
}

data "aws_region" "current" {}
data "aws_partition" "current" {}

resource "aws_api_gateway_account" "this" {
  count = var.manage_account_logging ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.logging[0].arn
  depends_on          = [aws_iam_role_policy_attachment.logging]
}

resource "aws_iam_role" "logging" {
  count = var.manage_account_logging ? 1 : 0

  name        = "${var.name}-apigateway-${data.aws_region.current.name}"
  description = "Lets API Gateway write the logs of every API of this account and region"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

# AWS's own policy for this role: API Gateway refuses one that allows less.
resource "aws_iam_role_policy_attachment" "logging" {
  count = var.manage_account_logging ? 1 : 0

  role       = aws_iam_role.logging[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
