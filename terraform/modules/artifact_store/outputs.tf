output "files" {
  description = "File name → `bucket` and `key` where Lambda finds the zip, and its `sha256` in base64."
  value = {
    for name, object in aws_s3_object.this : name => {
      bucket = object.bucket
      key    = object.key
      sha256 = var.artifacts[name].sha256
    }
  }
}
