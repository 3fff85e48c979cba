data "aws_region" "current" {}

locals {
  region         = data.aws_region.current.name
  function_names = { for short, function in var.functions : short => function.name }

  # Title → the metrics of a graph, as CloudWatch writes them: namespace, name, dimensions, options.
  graphs = [
    {
      title = "Requests a minute"
      stat  = "Sum"
      metrics = [
        for name, label in { Count = "all", "4XXError" = "4xx", "5XXError" = "5xx" } :
        ["AWS/ApiGateway", name, "ApiName", var.api.name, "Stage", var.api.stage, { label = label }]
      ]
    },
    {
      title = "Share of requests that failed"
      stat  = "Average"
      metrics = [
        for name, label in { "4XXError" = "4xx", "5XXError" = "5xx" } :
        ["AWS/ApiGateway", name, "ApiName", var.api.name, "Stage", var.api.stage, { label = label }]
      ]
    },
    {
      title = "Latency (ms)"
      stat  = "p50"
      metrics = [
        for stat in ["p50", "p90", "p99"] :
        ["AWS/ApiGateway", "Latency", "ApiName", var.api.name, "Stage", var.api.stage, { label = stat, stat = stat }]
      ]
    },
    {
      title   = "Function duration, p99 (ms)"
      stat    = "p99"
      metrics = [for short, name in local.function_names : ["AWS/Lambda", "Duration", "FunctionName", name, { label = short }]]
    },
    {
      title = "Function errors and throttles"
      stat  = "Sum"
      metrics = flatten([
        for short, name in local.function_names : [
          for metric in ["Errors", "Throttles"] : { row = ["AWS/Lambda", metric, "FunctionName", name, { label = "${short} ${lower(metric)}" }] }
        ]
      ])[*].row
    },
    {
      title   = "Functions at work at once"
      stat    = "Maximum"
      metrics = [for short, name in local.function_names : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", name, { label = short }]]
    },
    {
      title = "Capacity units of the tables"
      stat  = "Sum"
      metrics = [
        ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", var.table, { label = "read" }],
        ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", var.table, { label = "written" }],
        ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", var.limits_table, { label = "written to the limits" }],
      ]
    },
    {
      title = "Throttled requests of the tables"
      stat  = "Sum"
      metrics = [
        for dimensions in values(local.table_dimensions) :
        ["AWS/DynamoDB", "ThrottledRequests", "TableName", dimensions.TableName, "Operation", dimensions.Operation, { label = "${dimensions.TableName} ${dimensions.Operation}" }]
      ]
    },
    {
      title = "Items changed"
      stat  = "Sum"
      metrics = [
        for metric in ["ItemCreated", "ItemUpdated", "ItemDeleted"] : [var.name, metric, "service", "items", { label = metric }]
      ]
    },
    {
      title = "Sign-ins"
      stat  = "Sum"
      metrics = [
        for metric, label in { SignedIn = "signed in", FailedLogin = "failed" } : [var.name, metric, "service", "auth", { label = label }]
      ]
    },
    {
      title = "Requests refused with 429"
      stat  = "Sum"
      metrics = concat(
        [[local.refused.namespace, local.refused.name, { label = "all" }]],
        [for short in var.limited_functions : [var.name, "RateLimited", "service", short, { label = "by ${short}" }]],
      )
    },
    {
      title = "Errors answered by the functions"
      stat  = "Sum"
      metrics = flatten([
        for short in keys(var.functions) : [
          for metric, kind in { HandledError = "4xx", ServerError = "5xx" } : { row = [var.name, metric, "service", short, { label = "${short} ${kind}" }] }
        ]
      ])[*].row
    },
  ]

  alarm_arns = concat(
    values(aws_cloudwatch_metric_alarm.api)[*].arn,
    values(aws_cloudwatch_metric_alarm.function)[*].arn,
    values(aws_cloudwatch_metric_alarm.caller)[*].arn,
    [aws_cloudwatch_metric_alarm.limiter.arn],
    values(aws_cloudwatch_metric_alarm.table)[*].arn,
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm"
        x          = 0
        y          = 0
        width      = 24
        height     = 3
        properties = { title = "Alarms", alarms = local.alarm_arns }
      }],
      # Two graphs a row, on the dashboard's 24 columns.
      [
        for index, graph in local.graphs : {
          type   = "metric"
          x      = index % 2 * 12
          y      = 3 + floor(index / 2) * 6
          width  = 12
          height = 6
          properties = {
            title   = graph.title
            region  = local.region
            view    = "timeSeries"
            period  = 60
            stat    = graph.stat
            metrics = graph.metrics
            yAxis   = { left = { min = 0 } }
          }
        }
      ],
    )
  })
}
