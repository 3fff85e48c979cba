mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev-limits" }
  }
}

variables {
  name = "catalog-dev-limits"
}

run "a_bucket_is_found_by_its_id_and_ends_by_itself" {
  assert {
    condition     = aws_dynamodb_table.this.hash_key == "id" && aws_dynamodb_table.this.range_key == null && toset(aws_dynamodb_table.this.attribute[*].name) == toset(["id"])
    error_message = "the table has another key"
  }
  assert {
    condition     = aws_dynamodb_table.this.ttl[0].enabled && aws_dynamodb_table.this.ttl[0].attribute_name == "expiresAt"
    error_message = "buckets never end"
  }
  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "capacity is provisioned: the limiter would be throttled before the callers are"
  }
  assert {
    condition     = !aws_dynamodb_table.this.server_side_encryption[0].enabled && length(aws_dynamodb_table.this.point_in_time_recovery) == 0
    error_message = "something is paid for that buckets do not need"
  }
  assert {
    condition     = output.name == "catalog-dev-limits" && output.arn == "arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev-limits"
    error_message = "functions would be pointed elsewhere: ${output.name}, ${output.arn}"
  }
}

run "a_customer_key_is_passed_on" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/k"
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "the table is not encrypted with the customer's key"
  }
}

run "a_name_dynamodb_refuses_is_refused" {
  command = plan
  variables {
    name = "the limits"
  }
  expect_failures = [var.name]
}
