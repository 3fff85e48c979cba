mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::catalog-state" }
  }
}

variables {
  bucket = "catalog-state"
  region = "eu-west-1"
}

# Plans only: what is made here cannot be destroyed.
run "the_bucket_is_private_versioned_and_encrypted" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "old states are lost"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "the state is not encrypted"
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "the bucket can become public"
  }
}

run "a_name_that_s3_refuses_is_refused_here" {
  command = plan
  variables {
    bucket = "Catalog_State"
  }
  expect_failures = [var.bucket]
}

run "a_region_that_does_not_exist_is_refused" {
  command = plan
  variables {
    region = "europe"
  }
  expect_failures = [var.region]
}
