# The rules that tflint brings along, all of them.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
