# `make` lists the targets. Each does its own set-up.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# The environment that a target works on: the selected Terraform workspace, else the laptop.
SELECTED := $(shell cat terraform/.terraform/environment 2>/dev/null)
ENV ?= $(if $(filter-out default,$(SELECTED)),$(SELECTED),local)
PYTHON := .venv/bin/python
export LOCAL_AWS_PORT ?= 4566
export TF_VAR_local_aws_port = $(LOCAL_AWS_PORT)

##@ The laptop
up: environment-local-aws ## Build, start the local AWS, apply, try, say how to use it
	@$(PYTHON) scripts/up.py
down: environment-scripts ## Stop the local AWS; its data stay
	@$(PYTHON) scripts/local_aws/process.py stop
status: environment-scripts ## Say what runs, and where
	@$(PYTHON) scripts/status.py
logs: environment-scripts ## Follow the logs (ENV=…, NAME="items api …")
	@$(PYTHON) scripts/logs.py $(ENV) $(NAME)
reset: environment-scripts ## Stop the local AWS and forget its data
	@$(PYTHON) scripts/local_aws/process.py reset
demo: up ## Walk through the API, each request and answer shown
	@$(PYTHON) scripts/demo.py

##@ Any environment (ENV=…)
build: environment-scripts ## Make the artifacts of an environment
	@$(PYTHON) scripts/build.py --environment $(ENV)
init: environment-scripts ## Make terraform/ ready for an environment and select its workspace
	@$(PYTHON) scripts/terraform_init.py $(ENV)
bootstrap: environment-scripts ## Make the bucket that keeps Terraform's state, once (BUCKET=…, REGION=…)
	@$(PYTHON) scripts/bootstrap_state.py --bucket "$(BUCKET)" --region "$(REGION)"
keys: environment-scripts ## Print the API keys
	@$(PYTHON) scripts/keys.py $(ENV)
key: environment-scripts ## Print the newest key of one client (CLIENT=…)
	@$(PYTHON) scripts/keys.py $(ENV) --client "$(CLIENT)"
user: environment-scripts ## Make a user and print its ID token (EMAIL=…, ADMIN=1, RESET=1 for a new password)
	@$(PYTHON) scripts/users.py $(ENV) "$(EMAIL)" $(if $(ADMIN),--admin) $(if $(RESET),--reset)
rotate-keys: environment-scripts ## Rotate a client's key: add one, then FINISH=1 removes the old (CLIENT=…)
	@$(PYTHON) scripts/rotate_keys.py $(ENV) "$(CLIENT)" $(if $(FINISH),--finish) $(if $(YES),--yes)

##@ Development
test: environment-tests up ## All tests: units, properties, Terraform modules, the running stack
	@$(PYTHON) -m pytest -n auto --dist loadgroup -m "not deep" --cov --cov-report=term $(ARGS)
test-deep: environment-tests environment-bench up ## The slow checks: rights removed one by one, long fuzzing (ARGS=…)
	@$(PYTHON) -m pytest -m deep $(ARGS)
unit: environment-tests ## The unit tests alone, no stack needed (ARGS=…)
	@$(PYTHON) -m pytest -n auto tests/unit $(ARGS)
mutation: environment-tests ## Change the code in small ways, and see the unit tests notice
	@$(PYTHON) scripts/mutation.py
lint: environment-tests environment-linters ## Check style, types, Terraform, the contract, vulnerabilities
	@$(PYTHON) scripts/lint.py
fix: environment-tests ## Repair what lint can repair
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
	@terraform fmt -recursive terraform
bench: environment-bench ## Measure beside other ways to write the handler, into docs/benchmarks.md (ARGS=…)
	@.venv-bench/bin/python scripts/bench.py --write $(ARGS)
load: environment-bench up ## Put load on the local stack: nothing is lost, and nobody crowded out (ARGS=…)
	@.venv-bench/bin/python scripts/load.py --write $(ARGS)
lock: environment-scripts ## Resolve all requirements anew and lock them by hash
	@$(PYTHON) scripts/lock.py
clean: down ## Remove all that can be made again
	@rm -rf build .tools .venv .venv-local-aws .venv-linters .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis

help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment-%:
	@command -v python3 >/dev/null || { echo "error: Python is missing. Install Python 3.13 (3.11 or newer works)."; exit 1; }
	@python3 scripts/virtualenvs.py $*
environment-local-aws: environment-scripts

.PHONY: up down status logs reset demo build init bootstrap keys key user rotate-keys test test-deep unit mutation lint fix bench load lock clean help
