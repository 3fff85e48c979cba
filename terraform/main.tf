locals {
  environments = "${path.root}/environments"
  file         = "${local.environments}/${terraform.workspace}.yaml"
  # Without a file modules/environment says what to select.
  raw = yamldecode(fileexists(local.file) ? file(local.file) : "{}")

  # Relative, so that a plan is the same on every machine.
  project   = "${path.root}/.."
  functions = [for path in fileset(local.project, "functions/*/handler.py") : basename(dirname(path))]
}

module "environment" {
  source = "./modules/environment"

  workspace = terraform.workspace
  available = [for file in fileset(local.environments, "*.yaml") : trimsuffix(file, ".yaml")]
  functions = local.functions
  raw       = local.raw
  settings  = local.raw
}

module "artifacts" {
  source = "./modules/artifacts"

  project     = local.project
  environment = module.environment.settings.name
  target      = local.local_aws ? "local" : "${module.environment.settings.functions.runtime}-${module.environment.settings.functions.architecture}"
  names       = concat(["api.json", "catalog.zip", "swagger_ui.zip"], [for name in local.functions : "${name}.zip"])
}

module "region" {
  source = "./modules/region"

  name      = "catalog-${module.environment.settings.name}"
  settings  = module.environment.settings
  artifacts = module.artifacts.files
}
