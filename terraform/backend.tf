# Shared environments keep their state in S3; `make bootstrap` makes the bucket and writes its name,
# region and key to environments/backend.hcl. The local environment overrides this with a file.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
