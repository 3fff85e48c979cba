"""An applied stack: Terraform run for an environment, and what its outputs say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import terraform_init
from local_aws.process import LocalAwsError, chosen_port
from terraform_init import InitError

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = terraform_init.ENVIRONMENTS


class StackError(Exception):
    """What went wrong and what to do, in a sentence for the user."""


def terraform(
    environment: str, *arguments: str, capture: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run Terraform in an environment's workspace. Raises InitError if it is not ready."""
    terraform_init.prepare(environment)
    variables = {"TF_WORKSPACE": environment, "TF_VAR_local_aws_port": str(chosen_port())}
    return subprocess.run(
        ["terraform", f"-chdir={terraform_init.TERRAFORM}", *arguments],
        env=os.environ | variables | {"TF_IN_AUTOMATION": "1"},
        text=True,
        capture_output=capture,
        check=False,
    )


def apply(environment: str, *, approved: bool) -> None:
    """Apply an environment; Terraform asks first unless it is approved already."""
    if approved:
        answer = terraform(environment, "apply", "-auto-approve", "-input=false", "-no-color")
    else:
        answer = terraform(environment, "apply", capture=False)
    if answer.returncode != 0:
        reason = terraform_init.explain(answer.stderr or "") or "its message stands above."
        raise StackError(f"terraform apply failed: {reason}")


def outputs(environment: str) -> dict[str, Any]:
    """Return the outputs of an applied environment, sensitive ones included."""
    answer = terraform(environment, "output", "-json")
    if answer.returncode != 0:
        raise StackError(f"terraform output failed: {terraform_init.explain(answer.stderr)}")
    values = {name: output["value"] for name, output in json.loads(answer.stdout).items()}
    if "api_url" not in values:
        hint = "make up" if environment == "local" else "terraform -chdir=terraform apply"
        raise StackError(f"The environment {environment} is not applied: run `{hint}` first.")
    return values


def run(main: Callable[[], None]) -> None:
    """Run a script's main function: what users can mend is one line, without a traceback."""
    try:
        main()
    except (StackError, InitError, LocalAwsError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
