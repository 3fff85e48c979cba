output "files" {
  description = "File name → `path`, and `sha256` in base64, as Lambda has it."
  value = {
    for name in var.names : name => {
      path   = try("${local.folder}/${local.listed[name].path}", null)
      sha256 = try(local.listed[name].sha256, null)
    }
  }

  # A precondition of the output, not of a resource: nothing that needs a file is evaluated.
  precondition {
    condition     = local.problem == ""
    error_message = local.problem
  }
}
