# The one place where an environment's settings are checked: what comes out can be relied on.

locals {
  retention_days = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
  protocols      = ["email", "https", "lambda", "sms", "sqs"]

  # Where a section stands in the file → its keys as written, and the keys of the typed value,
  # which are the known ones: there is no second list to keep.
  sections = merge(
    {
      ""              = { written = keys(var.raw), known = keys(var.settings) }
      "logs."         = { written = try(keys(var.raw.logs), []), known = keys(var.settings.logs) }
      "functions."    = { written = try(keys(var.raw.functions), []), known = keys(var.settings.functions) }
      "table."        = { written = try(keys(var.raw.table), []), known = keys(var.settings.table) }
      "api."          = { written = try(keys(var.raw.api), []), known = keys(var.settings.api) }
      "api.throttle." = { written = try(keys(var.raw.api.throttle), []), known = keys(var.settings.api.throttle) }
      "users."        = { written = try(keys(var.raw.users), []), known = keys(var.settings.users) }
      "users.email."  = { written = try(keys(var.raw.users.email), []), known = try(keys(var.settings.users.email), []) }
      "limits."       = { written = try(keys(var.raw.limits), []), known = keys(var.settings.limits) }
      "alarms."       = { written = try(keys(var.raw.alarms), []), known = keys(var.settings.alarms) }
    },
    {
      for name, throttle in var.settings.api.method_throttles :
      "api.method_throttles.${name}." => { written = try(keys(var.raw.api.method_throttles[name]), []), known = keys(throttle) }
    },
    {
      for name, limit in var.settings.limits :
      "limits.${name}." => { written = try(keys(var.raw.limits[name]), []), known = keys(limit) }
    },
    {
      for name, function in var.settings.functions.scaling :
      "functions.scaling.${name}." => { written = try(keys(var.raw.functions.scaling[name]), []), known = keys(function) }
    },
    {
      for name, plan in var.settings.usage_plans :
      "usage_plans.${name}." => { written = try(keys(var.raw.usage_plans[name]), []), known = keys(plan) }
    },
    {
      for name, plan in var.settings.usage_plans :
      "usage_plans.${name}.quota." => { written = try(keys(var.raw.usage_plans[name].quota), []), known = try(keys(plan.quota), []) }
    },
    {
      for name, client in var.settings.clients :
      "clients.${name}." => { written = try(keys(var.raw.clients[name]), []), known = keys(client) }
    },
    {
      for name, subscriber in var.settings.alarms.subscribers :
      "alarms.subscribers.${name}." => { written = try(keys(var.raw.alarms.subscribers[name]), []), known = keys(subscriber) }
    },
  )

  unknown = flatten([
    for prefix, keys in local.sections : [
      for key in setsubtract(keys.written, keys.known) : "${prefix}${key}"
    ]
  ])

  # Where a rate and a burst stand in the file → both.
  rates = merge(
    { "api.throttle" = var.settings.api.throttle },
    { for name, throttle in var.settings.api.method_throttles : "api.method_throttles.${name}" => throttle },
    { for name, plan in var.settings.usage_plans : "usage_plans.${name}" => plan },
    { for name, limit in var.settings.limits : "limits.${name}" => limit },
  )
  refusing = [
    for name, rate in local.rates : "${name} has ${rate.rate_limit} and ${rate.burst_limit}"
    if !(rate.rate_limit > 0 && rate.rate_limit <= 1000000 && rate.burst_limit >= 1 && floor(rate.burst_limit) == rate.burst_limit)
  ]
}
