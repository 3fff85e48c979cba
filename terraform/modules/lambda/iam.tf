data "aws_region" "current" {}

locals {
  # Roles are global, functions are not: the region keeps two regions' roles apart.
  role_name = "${var.name}-${data.aws_region.current.name}"

  statements = concat(
    [{
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
    }],
    # X-Ray's actions know no resource.
    var.tracing ? [{
      actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      resources = ["*"]
    }] : [],
    var.statements,
  )
}

resource "aws_iam_role" "this" {
  name        = local.role_name
  description = "What the function ${var.name} may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local.role_name) <= 64
      error_message = "The role's name \"${local.role_name}\" has ${length(local.role_name)} characters, IAM allows 64: shorten the environment's name."
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name = "function"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.statements : {
        Effect   = "Allow"
        Action   = statement.actions
        Resource = statement.resources
      }
    ]
  })
}
