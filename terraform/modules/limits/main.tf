# One row per principal and class of cost: the moment at which its bucket is full again. Losing it
# costs nothing but a full bucket for everybody, so there is no backup and no deletion protection.
resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_28: buckets fill up again by themselves within minutes; there is nothing to restore
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  # A bucket that is full again is as good as none.
  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }

  # The table is always encrypted: `enabled = false` means by a key that AWS owns.
  server_side_encryption {
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }
}
