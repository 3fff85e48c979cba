terraform {
  # 1.11: the S3 backend locks natively; validations may refer to other variables (1.9).
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
