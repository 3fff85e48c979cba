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
from local_aws.process import DEFAULT_PORT, LocalAwsError
from terraform_init import InitError

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = terraform_init.ENVIRONMENTS


class StackError(Exception):
    """What went wrong and what to do, in a sentence for the user."""


def local_port() -> int:
    """Return the local AWS's port: LOCAL_AWS_PORT, else 4566."""
    text = os.environ.get("LOCAL_AWS_PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise StackError(f'LOCAL_AWS_PORT is "{text}": use a port from 1024 to 65535.')
    return int(text)


def terraform(
    environment: str, *arguments: str, capture: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run Terraform in an environment's workspace. Raises InitError if it is not ready."""
    terraform_init.prepare(environment)
    variables = {"TF_WORKSPACE": environment, "TF_VAR_local_aws_port": str(local_port())}
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
