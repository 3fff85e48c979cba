# Every generation of a client's key is live at once, each a resource of its own: a rotation adds
# one and later removes another, and touches no third.

locals {
  keys = merge([
    for client, settings in var.clients : {
      for generation in settings.generations :
      "${client}/${generation}" => { client = client, plan = settings.plan, generation = generation }
    }
  ]...)
}

resource "aws_api_gateway_usage_plan" "this" {
  for_each = var.usage_plans

  name        = "${var.name}-${each.key}"
  description = "Limits of each API key of the plan ${each.key}"

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.this.stage_name
  }

  throttle_settings {
    rate_limit  = each.value.rate_limit
    burst_limit = each.value.burst_limit
  }

  dynamic "quota_settings" {
    for_each = each.value.quota[*]
    content {
      limit  = quota_settings.value.limit
      period = quota_settings.value.period
    }
  }
}

# AWS makes the value.
resource "aws_api_gateway_api_key" "this" {
  for_each = local.keys

  name        = "${var.name}-${each.value.client}-${each.value.generation}"
  description = "Key of the client ${each.value.client}, generation ${each.value.generation}"
}

resource "aws_api_gateway_usage_plan_key" "this" {
  for_each = local.keys

  key_id        = aws_api_gateway_api_key.this[each.key].id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.this[each.value.plan].id
}
