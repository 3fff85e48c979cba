# Every alarm looks at five minutes, three of which must be bad: one slow minute wakes nobody. What
# must never happen (an error of a function, a refused request) rings after one.

locals {
  api_dimensions = { ApiName = var.api.name, Stage = var.api.stage }

  api_alarms = {
    server-errors = {
      description = "More than ${var.thresholds.server_error_percent} % of requests were answered with 5xx"
      metric      = "5XXError" # 0 or 1 a request, so its average is the rate
      statistic   = "Average"
      percentile  = null
      threshold   = var.thresholds.server_error_percent / 100
    }
    latency-p99 = {
      description = "One request in a hundred took longer than ${var.thresholds.latency_p99_ms} ms"
      metric      = "Latency"
      statistic   = null
      percentile  = "p99"
      threshold   = var.thresholds.latency_p99_ms
    }
  }

  function_alarms = merge([
    for short, function in var.functions : {
      "${short}-errors" = {
        function    = function.name
        description = "The function ${short} ended in an unhandled error ${var.thresholds.function_errors} times or more"
        metric      = "Errors"
        statistic   = "Sum"
        threshold   = var.thresholds.function_errors
      }
      "${short}-throttles" = {
        function    = function.name
        description = "The function ${short} was refused for lack of concurrency ${var.thresholds.function_throttles} times or more"
        metric      = "Throttles"
        statistic   = "Sum"
        threshold   = var.thresholds.function_throttles
      }
      "${short}-duration" = {
        function    = function.name
        description = "The function ${short} came within ${100 - var.thresholds.function_timeout_percent} % of its time-out of ${function.timeout_seconds} s"
        metric      = "Duration"
        statistic   = "Maximum"
        threshold   = function.timeout_seconds * 1000 * var.thresholds.function_timeout_percent / 100
      }
    }
  ]...)

  # What many at once mean: passwords are guessed, or a client takes more than its share.
  caller_alarms = {
    failed-logins = {
      description = "${var.thresholds.failed_logins} sign-ins or more failed"
      metric      = "FailedLogin"
      dimensions  = { service = "auth" }
      threshold   = var.thresholds.failed_logins
    }
    refused-requests = {
      description = "${var.thresholds.refused_requests} requests or more were refused with 429"
      metric      = local.refused.name
      dimensions  = {}
      threshold   = var.thresholds.refused_requests
    }
  }

  # These metrics exist per operation only.
  table_operations = ["DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"]
  table_dimensions = merge(
    { for operation in local.table_operations : lower(operation) => { TableName = var.table, Operation = operation } },
    { limits = { TableName = var.limits_table, Operation = "UpdateItem" } },
  )
  table_alarms = {
    throttled-requests = {
      description = "DynamoDB throttled ${var.thresholds.table_throttled_requests} requests or more"
      metric      = "ThrottledRequests"
      threshold   = var.thresholds.table_throttled_requests
    }
    system-errors = {
      description = "DynamoDB failed ${var.thresholds.table_system_errors} requests or more by itself"
      metric      = "SystemErrors"
      threshold   = var.thresholds.table_system_errors
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "api" {
  for_each = local.api_alarms

  alarm_name          = "${var.name}-api-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/ApiGateway"
  metric_name         = each.value.metric
  dimensions          = local.api_dimensions
  statistic           = each.value.statistic
  extended_statistic  = each.value.percentile
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each = local.function_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = { FunctionName = each.value.function }
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "caller" {
  for_each = local.caller_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = var.name
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "limiter" {
  alarm_name          = "${var.name}-limiter-failures"
  alarm_description   = "The limits of callers could not be held ${var.thresholds.limiter_failures} times or more"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.thresholds.limiter_failures
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]

  metric_query {
    id          = "total"
    expression  = "SUM(METRICS())"
    label       = "LimiterFailed"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = var.limited_functions
    content {
      id = metric_query.value
      metric {
        namespace   = var.name
        metric_name = "LimiterFailed"
        period      = 300
        stat        = "Sum"
        dimensions  = { service = metric_query.value }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "table" {
  for_each = local.table_alarms

  alarm_name          = "${var.name}-table-${each.key}"
  alarm_description   = each.value.description
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]

  metric_query {
    id          = "total"
    expression  = "SUM(METRICS())"
    label       = each.value.metric
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.table_dimensions
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = each.value.metric
        period      = 300
        stat        = "Sum"
        dimensions  = metric_query.value
      }
    }
  }
}
