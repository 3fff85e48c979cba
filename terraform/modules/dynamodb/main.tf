locals {
  # Write-sharded by owner, in the order of creation; see `docs/architecture.md`.
  indexes = merge(
    { by_owner = "ownerShard" },
    var.status_index ? { by_owner_status = "ownerStatusShard" } : {},
  )
  capped = var.max_read_request_units != null || var.max_write_request_units != null
}

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = var.deletion_protection

  # Only the attributes of keys and indexes may be declared.
  dynamic "attribute" {
    for_each = toset(concat(["id", "createdAtId"], values(local.indexes)))
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = local.indexes
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value
      range_key       = "createdAtId"
      projection_type = "ALL"
    }
  }

  # Idempotency records end by themselves.
  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  # The table is always encrypted: `enabled = false` means by a key that AWS owns.
  server_side_encryption {
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }

  dynamic "on_demand_throughput" {
    for_each = local.capped ? [true] : []
    content {
      max_read_request_units  = var.max_read_request_units
      max_write_request_units = var.max_write_request_units
    }
  }
}
