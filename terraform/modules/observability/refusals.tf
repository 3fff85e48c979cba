# Who refuses a request, API Gateway or a function, only the access log knows of both.

locals {
  refused = aws_cloudwatch_log_metric_filter.refused.metric_transformation[0]
}

resource "aws_cloudwatch_log_metric_filter" "refused" {
  name           = "refused-requests"
  log_group_name = var.api.access_log_group
  pattern        = "{ $.status = \"429\" }"

  metric_transformation {
    namespace     = var.name
    name          = "RequestsRefused"
    unit          = "Count"
    value         = "1"
    default_value = "0"
  }
}
