locals {
  runtime_minor = tonumber(trimprefix(var.runtime, "python3."))
}

# Lambda would make the group itself at the first request: without retention, and not Terraform's.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
}

resource "aws_lambda_function" "this" {
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  s3_bucket                      = var.artifact.bucket
  s3_key                         = var.artifact.key
  source_code_hash               = var.artifact.sha256
  handler                        = "handler.lambda_handler"
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  layers                         = var.layers
  memory_size                    = var.scaling.memory_mb
  timeout                        = var.scaling.timeout_seconds
  reserved_concurrent_executions = coalesce(var.scaling.reserved_concurrency, -1)
  kms_key_arn                    = var.kms_key_arn
  publish                        = true

  environment {
    variables = var.environment
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.this.name
    application_log_level = var.logs.level
    system_log_level      = var.logs.level
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  dynamic "snap_start" {
    for_each = var.scaling.snap_start ? [true] : []
    content {
      apply_on = "PublishedVersions"
    }
  }

  # The first version is published with all its rights: SnapStart runs INIT at that moment.
  depends_on = [aws_iam_role_policy.this]

  lifecycle {
    precondition {
      condition     = !(var.scaling.snap_start && var.scaling.provisioned_concurrency > 0)
      error_message = "${var.name}: Lambda refuses SnapStart together with provisioned concurrency; choose one."
    }
    precondition {
      condition     = !var.scaling.snap_start || local.runtime_minor >= 12
      error_message = "${var.name}: SnapStart needs python3.12 or newer, this is ${var.runtime}."
    }
    precondition {
      condition     = var.scaling.provisioned_concurrency <= coalesce(var.scaling.reserved_concurrency, var.scaling.provisioned_concurrency)
      error_message = "${var.name}: provisioned_concurrency (${var.scaling.provisioned_concurrency}) is above reserved_concurrency (${coalesce(var.scaling.reserved_concurrency, 0)})."
    }
  }
}
