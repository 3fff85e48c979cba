locals {
  local_aws = module.environment.settings.local_aws
}

provider "aws" {
  region              = module.environment.settings.region
  allowed_account_ids = length(module.environment.settings.allowed_account_ids) > 0 ? module.environment.settings.allowed_account_ids : null

  # The local AWS: an environment that has it can reach nothing else, whatever the shell holds.
  access_key                  = local.local_aws ? "test" : null
  secret_key                  = local.local_aws ? "test" : null
  max_retries                 = local.local_aws ? 2 : null
  s3_use_path_style           = local.local_aws
  skip_credentials_validation = local.local_aws
  skip_metadata_api_check     = local.local_aws
  skip_region_validation      = local.local_aws
  skip_requesting_account_id  = false

  dynamic "endpoints" {
    for_each = local.local_aws ? ["http://127.0.0.1:${var.local_aws_port}"] : []
    content {
      apigateway = endpoints.value
      cloudwatch = endpoints.value
      cognitoidp = endpoints.value
      dynamodb   = endpoints.value
      iam        = endpoints.value
      lambda     = endpoints.value
      logs       = endpoints.value
      s3         = endpoints.value
      sns        = endpoints.value
      sts        = endpoints.value
    }
  }

  default_tags {
    tags = {
      Project     = "catalog"
      Environment = module.environment.settings.name
      ManagedBy   = "terraform"
    }
  }
}
