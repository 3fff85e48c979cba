# Questions an operator asks first, ready in Logs Insights.

locals {
  function_logs = values(var.functions)[*].log_group

  queries = {
    slowest-requests = {
      logs  = [var.api.access_log_group]
      query = <<-QUERY
        fields requestTime, method, resourcePath, status, responseLatency, integrationLatency, requestId
        | sort responseLatency desc
        | limit 50
      QUERY
    }
    requests-by-client = {
      logs  = [var.api.access_log_group]
      query = <<-QUERY
        stats count(*) as requests, sum(status = "429") as throttled, pct(responseLatency, 99) as p99 by apiKeyId
        | sort requests desc
      QUERY
    }
    refused-by-the-gateway = {
      logs  = [var.api.access_log_group]
      query = <<-QUERY
        filter error != "-"
        | stats count(*) as requests by error, status, resourcePath
        | sort requests desc
      QUERY
    }
    # Without an error the function has refused, else API Gateway.
    refusals-by-client = {
      logs  = [var.api.access_log_group]
      query = <<-QUERY
        filter status = "429"
        | stats count(*) as requests by apiKeyId, error, method, resourcePath
        | sort requests desc
      QUERY
    }
    refusals-by-user = {
      logs  = [var.api.access_log_group]
      query = <<-QUERY
        filter status = "429" and user != "-"
        | stats count(*) as requests by user, apiKeyId, method, resourcePath
        | sort requests desc
      QUERY
    }
    failed-logins = {
      logs  = local.function_logs
      query = <<-QUERY
        filter message = "request" and service = "auth" and status = 401
        | stats count(*) as requests by bin(5m), client, route
        | sort requests desc
      QUERY
    }
    function-errors = {
      logs  = local.function_logs
      query = <<-QUERY
        filter level = "ERROR" or level = "CRITICAL"
        | fields @timestamp, @log, message, error, error_code, request_id
        | sort @timestamp desc
        | limit 100
      QUERY
    }
    cold-starts = {
      logs  = local.function_logs
      query = <<-QUERY
        filter type = "platform.report"
        | stats count(*) as invocations, count(record.metrics.initDurationMs) as coldStarts, avg(record.metrics.initDurationMs) as initMs, max(record.metrics.maxMemoryUsedMB) as memoryMB by @log
      QUERY
    }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = local.queries

  name            = "${var.name}/${each.key}"
  log_group_names = each.value.logs
  query_string    = each.value.query
}
