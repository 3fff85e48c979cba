# One function per resource. What each may do stands next to it.

data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  # What a function needs to count what each caller takes, by the classes of its routes.
  limiter = {
    for function, classes in {
      items = ["read", "list", "write"]
      auth  = ["auth", "username", "username_total"]
      usage = keys(var.settings.limits) # it tells them all
      } : function => {
      environment = {
        LIMITS_TABLE_NAME = module.limits.name
        RATE_LIMITS = jsonencode({
          for name in classes : name => {
            rate       = var.settings.limits[name].rate_limit
            burst      = var.settings.limits[name].burst_limit
            lease      = var.settings.limits[name].lease
            on_failure = var.settings.limits[name].on_failure
          }
        })
      }
      statement = { actions = ["dynamodb:UpdateItem"], resources = [module.limits.arn] }
    }
  }

  functions = {
    items = {
      description = "Create, read, list, update and delete items"
      layers      = ["catalog"]
      environment = merge(local.limiter.items.environment, {
        AUTHORIZATION       = var.settings.api.authorization
        USER_POOL_CLIENT_ID = module.users.client_id
        TABLE_NAME          = module.table.name
        OWNER_SHARDS        = tostring(var.settings.table.owner_shards)
        STATUS_INDEX        = tostring(var.settings.table.status_index)
        CURSOR_SECRET       = sensitive(terraform_data.cursor_secret.output)
      })
      statements = [
        {
          # A transaction asks for the action of each write in it; ours holds puts.
          actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
          resources = [module.table.arn]
        },
        {
          actions   = ["dynamodb:Query"]
          resources = module.table.index_arns
        },
        local.limiter.items.statement,
      ]
    }
    auth = {
      description = "Sign users up and in, and tell them who they are"
      layers      = ["catalog"]
      environment = merge(local.limiter.auth.environment, {
        USER_POOL_ID        = module.users.id
        USER_POOL_CLIENT_ID = module.users.client_id
      })
      statements = [
        {
          # The other operations are public: Cognito asks for no signature, so a policy means nothing.
          actions = [
            "cognito-idp:AdminInitiateAuth",
            "cognito-idp:AdminRespondToAuthChallenge",
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminListGroupsForUser",
            "cognito-idp:AdminSetUserMFAPreference",
            "cognito-idp:AdminSetUserPassword",
            "cognito-idp:AdminUserGlobalSignOut",
            "cognito-idp:AdminDeleteUser",
          ]
          resources = [module.users.arn]
        },
        local.limiter.auth.statement,
      ]
    }
    usage = {
      description = "Tell a client its usage plan, its quota and what it has used"
      layers      = ["catalog"]
      environment = local.limiter.usage.environment
      statements = [
        {
          # Of every plan: by their ids it would be a circle, since a plan needs the stage, and the
          # stage the functions.
          actions = ["apigateway:GET"]
          resources = [
            for path in ["/usageplans", "/usageplans/*/usage"] :
            "arn:${data.aws_partition.current.partition}:apigateway:${data.aws_region.current.name}::${path}"
          ]
        },
        local.limiter.usage.statement,
      ]
    }
    health = {
      description = "Say whether the service works"
      layers      = ["catalog"]
      environment = { TABLE_NAME = module.table.name }
      statements  = [{ actions = ["dynamodb:GetItem"], resources = [module.table.arn] }]
    }
    docs = {
      description = "Serve the contract and Swagger UI"
      layers      = ["catalog", "swagger_ui"]
      environment = { AUTHORIZATION = var.settings.api.authorization }
      statements  = []
    }
  }
}

# Authenticates cursors. Known to the state and to the function only; made once, then kept.
resource "terraform_data" "cursor_secret" {
  input = sha256("${uuid()}${uuid()}")

  lifecycle {
    ignore_changes = [input]
  }
}

# Published versions go on working with a layer version that was deleted; the function must have
# moved to the new one before.
resource "aws_lambda_layer_version" "this" {
  for_each = toset(distinct(flatten(values(local.functions)[*].layers)))

  layer_name               = "${var.name}-${replace(each.key, "_", "-")}"
  s3_bucket                = module.artifact_store.files["${each.key}.zip"].bucket
  s3_key                   = module.artifact_store.files["${each.key}.zip"].key
  source_code_hash         = module.artifact_store.files["${each.key}.zip"].sha256
  compatible_runtimes      = [var.settings.functions.runtime]
  compatible_architectures = [var.settings.functions.architecture]

  lifecycle {
    create_before_destroy = true
  }
}

module "function" {
  source   = "../lambda"
  for_each = local.functions

  name             = "${var.name}-${each.key}"
  description      = each.value.description
  artifact         = module.artifact_store.files["${each.key}.zip"]
  layers           = [for layer in each.value.layers : aws_lambda_layer_version.this[layer].arn]
  runtime          = var.settings.functions.runtime
  architecture     = var.settings.functions.architecture
  scaling          = lookup(var.settings.functions.scaling, each.key, null)
  tracing          = var.settings.functions.tracing
  kms_key_arn      = var.settings.functions.kms_key_arn
  alias_managed_by = var.settings.functions.alias_managed_by
  logs             = var.settings.logs
  statements       = each.value.statements

  environment = merge(each.value.environment, {
    ENVIRONMENT                  = var.settings.name
    CORS_ALLOW_ORIGINS           = join(",", var.settings.cors_allow_origins)
    POWERTOOLS_SERVICE_NAME      = each.key
    POWERTOOLS_METRICS_NAMESPACE = var.name
    POWERTOOLS_LOG_LEVEL         = var.settings.logs.level
  })
}
