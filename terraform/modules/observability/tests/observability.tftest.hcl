mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:catalog-dev-alarms" }
  }
}

variables {
  name  = "catalog-dev"
  api   = { name = "catalog-dev", stage = "v1", access_log_group = "/aws/apigateway/catalog-dev" }
  table = "catalog-dev"

  limits_table      = "catalog-dev-limits"
  limited_functions = ["auth", "items", "usage"]

  functions = {
    items  = { name = "catalog-dev-items", timeout_seconds = 10, log_group = "/aws/lambda/catalog-dev-items" }
    health = { name = "catalog-dev-health", timeout_seconds = 5, log_group = "/aws/lambda/catalog-dev-health" }
  }
  thresholds = {
    server_error_percent     = 2
    latency_p99_ms           = 1000
    function_errors          = 1
    function_throttles       = 1
    function_timeout_percent = 80
    table_throttled_requests = 10
    table_system_errors      = 5
    failed_logins            = 50
    refused_requests         = 500
    limiter_failures         = 1
  }
  subscribers = { team = { protocol = "email", endpoint = "team@example.com" } }
}

run "every_alarm_reaches_the_subscribers" {
  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.api), values(aws_cloudwatch_metric_alarm.function), values(aws_cloudwatch_metric_alarm.table),
        values(aws_cloudwatch_metric_alarm.caller), [aws_cloudwatch_metric_alarm.limiter],
      ) :
      contains(alarm.alarm_actions, aws_sns_topic.this.arn) && contains(alarm.ok_actions, aws_sns_topic.this.arn) && alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "an alarm rings where nobody hears it, or without traffic"
  }
  assert {
    condition     = aws_sns_topic_subscription.this["team"].protocol == "email" && aws_sns_topic_subscription.this["team"].endpoint == "team@example.com"
    error_message = "the subscriber is another"
  }
}

run "the_error_rate_is_a_share_of_requests" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.api["server-errors"].metric_name == "5XXError" && aws_cloudwatch_metric_alarm.api["server-errors"].statistic == "Average" && aws_cloudwatch_metric_alarm.api["server-errors"].threshold == 0.02
    error_message = "the alarm does not ring at 2 % of 5xx"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.api["latency-p99"].extended_statistic == "p99" && aws_cloudwatch_metric_alarm.api["latency-p99"].threshold == 1000
    error_message = "the alarm does not ring at a p99 of 1000 ms"
  }
}

run "every_function_has_its_alarms" {
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.function)) == toset([
      "items-errors", "items-throttles", "items-duration", "health-errors", "health-throttles", "health-duration",
    ])
    error_message = "the alarms are ${jsonencode(keys(aws_cloudwatch_metric_alarm.function))}"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.function["health-duration"].threshold == 4000 && aws_cloudwatch_metric_alarm.function["health-duration"].dimensions.FunctionName == "catalog-dev-health"
    error_message = "the alarm does not ring at 80 % of the time-out of 5 s"
  }
}

run "throttles_of_the_tables_are_summed_over_their_operations" {
  assert {
    condition = toset(flatten([
      for query in aws_cloudwatch_metric_alarm.table["throttled-requests"].metric_query : [for metric in query.metric : "${metric.dimensions.TableName} ${metric.dimensions.Operation}"]
    ])) == toset(concat([for operation in ["DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"] : "catalog-dev ${operation}"], ["catalog-dev-limits UpdateItem"]))
    error_message = "an operation is not watched"
  }
}

run "refusals_of_the_gateway_and_of_functions_are_counted_together" {
  assert {
    condition     = aws_cloudwatch_log_metric_filter.refused.log_group_name == "/aws/apigateway/catalog-dev" && aws_cloudwatch_log_metric_filter.refused.pattern == "{ $.status = \"429\" }"
    error_message = "a refused request is not counted: ${aws_cloudwatch_log_metric_filter.refused.pattern}"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.caller["refused-requests"].namespace == "catalog-dev" && aws_cloudwatch_metric_alarm.caller["refused-requests"].metric_name == "RequestsRefused" && aws_cloudwatch_metric_alarm.caller["refused-requests"].threshold == 500
    error_message = "the alarm does not ring at 500 refused requests"
  }
}

run "guessing_passwords_rings" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.caller["failed-logins"].metric_name == "FailedLogin" && aws_cloudwatch_metric_alarm.caller["failed-logins"].dimensions == tomap({ service = "auth" }) && aws_cloudwatch_metric_alarm.caller["failed-logins"].threshold == 50
    error_message = "the alarm does not ring at 50 failed sign-ins"
  }
}

run "failures_of_the_limiter_are_summed_over_the_functions_that_have_one" {
  assert {
    condition = toset(flatten([
      for query in aws_cloudwatch_metric_alarm.limiter.metric_query : [for metric in query.metric : "${metric.metric_name} ${metric.dimensions.service}"]
    ])) == toset(["LimiterFailed auth", "LimiterFailed items", "LimiterFailed usage"])
    error_message = "a function is not watched"
  }
}

run "the_dashboard_shows_who_comes_and_who_is_refused" {
  assert {
    condition = alltrue([
      for metric in ["\"SignedIn\",\"service\",\"auth\"", "\"FailedLogin\",\"service\",\"auth\"", "\"RequestsRefused\"", "\"RateLimited\",\"service\",\"usage\""] :
      strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[\"catalog-dev\",${metric}")
    ])
    error_message = "a graph is missing"
  }
}

run "the_dashboard_shows_what_the_business_does" {
  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[\"catalog-dev\",\"ItemCreated\",\"service\",\"items\"")
    error_message = "created items are not shown"
  }
  assert {
    condition     = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.x + widget.width <= 24])
    error_message = "a graph is wider than the dashboard"
  }
  assert {
    condition     = output.dashboard_url == "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/catalog-dev"
    error_message = output.dashboard_url
  }
}

run "a_topic_is_encrypted_with_a_customers_key_only" {
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == null
    error_message = "alarms could not publish"
  }
}

run "a_threshold_of_nothing_is_refused" {
  command = plan
  variables {
    thresholds = {
      server_error_percent     = 0
      latency_p99_ms           = 1
      function_errors          = 1
      function_throttles       = 1
      function_timeout_percent = 80
      table_throttled_requests = 10
      table_system_errors      = 5
      failed_logins            = 50
      refused_requests         = 500
      limiter_failures         = 1
    }
  }
  expect_failures = [var.thresholds]
}
