# Everything that one region runs.

module "table" {
  source = "../dynamodb"

  name                    = var.name
  status_index            = var.settings.table.status_index
  point_in_time_recovery  = var.settings.table.point_in_time_recovery
  deletion_protection     = var.settings.table.deletion_protection
  max_read_request_units  = var.settings.table.max_read_request_units
  max_write_request_units = var.settings.table.max_write_request_units
  kms_key_arn             = var.settings.table.kms_key_arn
}

module "limits" {
  source = "../limits"

  name        = "${var.name}-limits"
  kms_key_arn = var.settings.table.kms_key_arn
}

module "users" {
  source = "../cognito"

  name                   = var.name
  deletion_protection    = var.settings.users.deletion_protection
  threat_protection      = var.settings.users.threat_protection
  token_minutes          = var.settings.users.token_minutes
  refresh_token_days     = var.settings.users.refresh_token_days
  refresh_token_rotation = var.settings.users.refresh_token_rotation
  email                  = var.settings.users.email
}

module "api" {
  source = "../apigateway"

  name                   = var.name
  contract               = file(var.artifacts["api.json"].path)
  functions              = module.function
  cors_allow_origins     = var.settings.cors_allow_origins
  authorization          = var.settings.api.authorization
  user_pool_arn          = module.users.arn
  throttle               = var.settings.api.throttle
  method_throttles       = var.settings.api.method_throttles
  usage_plans            = var.settings.usage_plans
  clients                = var.settings.clients
  tracing                = var.settings.functions.tracing
  manage_account_logging = var.settings.api.manage_account_logging
  logs = {
    retention_days      = var.settings.logs.retention_days
    kms_key_arn         = var.settings.logs.kms_key_arn
    execution_log_level = var.settings.api.execution_log_level
  }
}

module "observability" {
  source = "../observability"

  name              = var.name
  api               = module.api
  functions         = module.function
  table             = module.table.name
  limits_table      = module.limits.name
  limited_functions = keys(local.limiter)
  thresholds        = var.settings.alarms
  subscribers       = var.settings.alarms.subscribers
  kms_key_arn       = var.settings.alarms.kms_key_arn
}

module "artifact_store" {
  source = "../artifact_store"

  name          = var.name
  artifacts     = { for name, file in var.artifacts : name => file if endswith(name, ".zip") }
  force_destroy = !var.settings.table.deletion_protection
}
