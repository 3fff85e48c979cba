mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::bucket" }
  }
}

variables {
  name      = "catalog-dev"
  artifacts = { "items.zip" = { path = "tests/items.zip", sha256 = "c2hhMjU2" } }
}

run "a_zip_lies_under_its_name_and_the_hash_of_its_content" {
  assert {
    condition     = aws_s3_object.this["items.zip"].key == "items/${filesha256("tests/items.zip")}.zip"
    error_message = "another content would take its place: ${aws_s3_object.this["items.zip"].key}"
  }
  assert {
    condition     = aws_s3_object.this["items.zip"].source == "tests/items.zip"
    error_message = "another file is uploaded"
  }
  assert {
    condition = output.files == {
      "items.zip" = { bucket = aws_s3_bucket.this.id, key = aws_s3_object.this["items.zip"].key, sha256 = "c2hhMjU2" }
    }
    error_message = "Lambda would look elsewhere: ${jsonencode(output.files)}"
  }
}

run "the_bucket_is_named_after_account_and_region" {
  assert {
    condition     = aws_s3_bucket.this.bucket == "catalog-dev-code-123456789012-eu-west-1"
    error_message = "the name may be somebody else's: ${aws_s3_bucket.this.bucket}"
  }
}

run "the_bucket_is_private_versioned_and_encrypted" {
  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "what a person overwrites is lost"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "the code is not encrypted"
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
  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : [statement.Effect, statement.Principal, statement.Action, statement.Resource, statement.Condition]] == [
      ["Deny", "*", "s3:*", ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"], { Bool = { "aws:SecureTransport" = "false" } }]
    ]
    error_message = "requests without TLS are let in"
  }
}

run "what_somebody_else_put_there_is_not_destroyed_unasked" {
  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "a destroy would take it along"
  }
}

run "what_somebody_else_put_there_is_destroyed_when_asked" {
  variables {
    force_destroy = true
  }
  assert {
    condition     = aws_s3_bucket.this.force_destroy
    error_message = "the environment could not be destroyed"
  }
}

run "a_name_that_s3_refuses_is_refused_here" {
  command = plan
  variables {
    name = "catalog-an-environment-with-a-long-name"
  }
  expect_failures = [aws_s3_bucket.this]
}
