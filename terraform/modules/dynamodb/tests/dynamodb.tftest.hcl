mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev" }
  }
}

variables {
  name = "catalog-dev"
}

run "the_table_is_keyed_by_id_and_protected" {
  assert {
    condition     = aws_dynamodb_table.this.hash_key == "id" && aws_dynamodb_table.this.range_key == null
    error_message = "the table has another key"
  }
  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "capacity is provisioned"
  }
  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled && aws_dynamodb_table.this.point_in_time_recovery[0].enabled
    error_message = "the table is unprotected by default"
  }
  assert {
    condition     = aws_dynamodb_table.this.ttl[0].enabled && aws_dynamodb_table.this.ttl[0].attribute_name == "expiresAt"
    error_message = "idempotency records never end"
  }
  assert {
    condition     = !aws_dynamodb_table.this.server_side_encryption[0].enabled
    error_message = "a key is paid for that nobody asked for"
  }
  assert {
    condition     = output.index_arns == ["arn:aws:dynamodb:eu-west-1:123456789012:table/catalog-dev/index/by_owner"]
    error_message = "the indexes are ${jsonencode(output.index_arns)}"
  }
}

run "only_key_attributes_are_declared" {
  variables {
    status_index = true
  }

  assert {
    condition     = toset(aws_dynamodb_table.this.attribute[*].name) == toset(["id", "createdAtId", "ownerShard", "ownerStatusShard"])
    error_message = "the attributes are ${jsonencode(aws_dynamodb_table.this.attribute[*].name)}"
  }
  assert {
    condition = toset([for index in aws_dynamodb_table.this.global_secondary_index : [index.name, index.hash_key, index.range_key, index.projection_type]]) == toset([
      ["by_owner", "ownerShard", "createdAtId", "ALL"],
      ["by_owner_status", "ownerStatusShard", "createdAtId", "ALL"],
    ])
    error_message = "the indexes are not those that lists read"
  }
}

run "a_customer_key_and_ceilings_are_passed_on" {
  variables {
    kms_key_arn             = "arn:aws:kms:eu-west-1:123456789012:key/k"
    max_write_request_units = 100
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "the table is not encrypted with the customer's key"
  }
  assert {
    condition     = aws_dynamodb_table.this.on_demand_throughput[0].max_write_request_units == 100
    error_message = "writes have no ceiling"
  }
}

run "a_ceiling_of_nothing_is_refused" {
  command = plan
  variables {
    max_read_request_units = 0
  }
  expect_failures = [var.max_read_request_units]
}

run "a_name_dynamodb_refuses_is_refused" {
  command = plan
  variables {
    name = "items table"
  }
  expect_failures = [var.name]
}
