"""Run all linters; fail when one of them does.

    python scripts/lint.py

tflint is taken from the PATH, else built once with Go into .tools/. What a network is needed for,
and does not answer, is said and left out: tflint's AWS rules, and the list of vulnerabilities.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

import stack
import terraform_init

PROJECT = Path(__file__).resolve().parent.parent
TOOLS = PROJECT / ".tools"
LINTERS = PROJECT / ".venv-linters" / "bin"
TFLINT = "github.com/terraform-linters/tflint@v0.64.0"
# The tests' lock holds the packages of the functions and the scripts as well.
LOCKS = ("tests", "tests/benchmarks", "functions/docs", "scripts/local_aws")
console = Console(highlight=False)


class LintError(Exception):
    """What a linter found, as it printed it."""


def main() -> None:
    """Run every linter, show what they found, and fail if that is anything."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    terraform_init.prepare("local")
    checks: dict[str, Callable[[], str]] = {
        "ruff check": lambda: run(sys.executable, "-m", "ruff", "check", "."),
        "ruff format": lambda: run(sys.executable, "-m", "ruff", "format", "--check", "."),
        "mypy": lambda: run(sys.executable, "-m", "mypy"),
        "terraform fmt": lambda: run("terraform", "fmt", "-check", "-recursive", "terraform"),
        "terraform validate": lambda: run("terraform", "-chdir=terraform", "validate"),
        "tflint": tflint,
        "checkov": lambda: run(LINTERS / "checkov", "--config-file", ".checkov.yaml"),
        "contract": lambda: run(LINTERS / "openapi-spec-validator", "api/openapi.yaml"),
        "shellcheck": shellcheck,
        "pip-audit": audit,
    }
    if sum([not passes(name, check) for name, check in checks.items()]):
        sys.exit(1)


def passes(name: str, check: Callable[[], str]) -> bool:
    """Run one linter and say how it went."""
    started = time.monotonic()
    try:
        note = check()
    except LintError as error:
        console.print(f"[red]✗[/red] {name}")
        console.print(str(error), markup=False, soft_wrap=True)
        return False
    seconds = time.monotonic() - started
    console.print(f"[green]✓[/green] {name:<20}{seconds:5.1f} s  {note}", soft_wrap=True)
    return True


def run(*command: str | Path, cwd: Path = PROJECT) -> str:
    """Run a linter. Raises LintError with all it printed."""
    answer = subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)
    if answer.returncode != 0:
        raise LintError((answer.stdout + answer.stderr).strip())
    return ""


def tflint() -> str:
    """Run tflint, with the AWS rules where they can be had."""
    binary = find_tflint()
    config, note = PROJECT / ".tflint-aws.hcl", ""
    try:
        run(binary, "--init", f"--config={config}")
    except LintError:
        config = PROJECT / ".tflint.hcl"
        note = "the AWS rules cannot be fetched here; the bundled ones gate"
    run(binary, "--recursive", f"--config={config}", cwd=terraform_init.TERRAFORM)
    return note


def find_tflint() -> str:
    """Return tflint's path, built first if need be. Raises LintError."""
    if found := shutil.which("tflint") or shutil.which(TOOLS / "tflint"):
        return found
    if shutil.which("go") is None:
        raise LintError("tflint is missing: install it, or Go, which builds it.")
    console.print("  tflint is built once, which takes a minute or two …")
    environment = os.environ | {"GOBIN": str(TOOLS), "GOFLAGS": "-mod=mod"}
    command = ["go", "install", TFLINT]
    answer = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
    if answer.returncode != 0:
        raise LintError(f"tflint could not be built:\n{answer.stderr.strip()}")
    return str(TOOLS / "tflint")


def shellcheck() -> str:
    """Check the shell scripts, where ShellCheck is installed."""
    if shutil.which("shellcheck") is None:
        return run("bash", "-n", ".ci/run") + "not installed here; bash -n gates"
    return run("shellcheck", ".ci/run")


def audit() -> str:
    """Look for known vulnerabilities in the locked packages."""
    unknown = sum(audit_one(PROJECT / folder / "requirements.txt") for folder in LOCKS)
    return f"{unknown} packages could not be looked up from here" if unknown else ""


def audit_one(lock: Path) -> int:
    """Audit a lock file, and return how many of its packages could not be looked up."""
    command = [LINTERS / "pip-audit", "--disable-pip", "--format=json", "--requirement", lock]
    answer = subprocess.run(
        [str(part) for part in command], text=True, capture_output=True, check=False
    )
    try:
        packages = json.loads(answer.stdout)["dependencies"]
    except ValueError as error:
        raise LintError(answer.stderr) from error
    if answer.returncode != 0:
        raise LintError(answer.stdout + answer.stderr)
    return sum("skip_reason" in package for package in packages)


if __name__ == "__main__":
    stack.run(main)
