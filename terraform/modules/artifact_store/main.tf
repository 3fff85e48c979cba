# The zips of functions and layers, in a bucket of their region. Lambda makes functions from S3 side
# by side; a file that the provider uploads to Lambda itself waits for the one before it.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  # Names of buckets are global: account and region make them ours.
  bucket = "${var.name}-code-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.name}"
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV2_AWS_61:what is replaced, Terraform removes with its versions: nothing is left to expire

  bucket        = local.bucket
  force_destroy = var.force_destroy

  lifecycle {
    precondition {
      condition     = length(local.bucket) <= 63
      error_message = "The bucket's name \"${local.bucket}\" has ${length(local.bucket)} characters, S3 allows 63: shorten the environment's name."
    }
  }
}

# The key holds the content's hash, so that another content is another object: there before Lambda is
# asked to take it, while the old one goes last. Published versions keep a copy of their own.
resource "aws_s3_object" "this" {
  for_each = var.artifacts

  bucket = aws_s3_bucket.this.id
  key    = "${trimsuffix(each.key, ".zip")}/${filesha256(each.value.path)}.zip"
  source = each.value.path

  # An object older than versioning could only be hidden by a marker, which keeps the bucket from
  # being destroyed.
  depends_on = [aws_s3_bucket_versioning.this]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses a policy while it is still changing what is public.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
