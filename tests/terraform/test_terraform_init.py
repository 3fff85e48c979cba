"""`scripts/terraform_init.py`, in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
NO_TERRAFORM = {"PATH": os.devnull}
NO_REGISTRY = {"HTTPS_PROXY": "http://127.0.0.1:9"}  # the discard port: nothing answers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    leave_out = shutil.ignore_patterns(
        ".terraform", "backend_override.tf", "backend.hcl", "*tfstate*", "__pycache__", "tests"
    )
    for folder in ("scripts", "terraform"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=leave_out)
    return tmp_path


def terraform_init(
    project: Path, environment: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / "scripts" / "terraform_init.py"), environment]
    return subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )


def test_an_unknown_environment_is_refused_with_the_known_ones(project: Path) -> None:
    answer = terraform_init(project, "production")

    assert answer.returncode == 1
    known = "dev, local, prod, staging"
    assert answer.stderr == f'error: There is no environment "production": use {known}.\n'


def test_a_shared_environment_without_a_bucket_says_how_to_make_one(project: Path) -> None:
    answer = terraform_init(project, "prod")

    assert answer.returncode == 1
    assert "backend.hcl is missing: run `make bootstrap" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_missing_terraform_is_named(project: Path) -> None:
    answer = terraform_init(project, "local", **NO_TERRAFORM)

    assert answer.returncode == 1
    assert "Terraform is not on the PATH. Install Terraform 1.11 or newer" in answer.stderr


def test_a_terraform_that_is_too_old_is_refused(project: Path, tmp_path: Path) -> None:
    old = tmp_path / "bin" / "terraform"
    old.parent.mkdir()
    old.write_text("""#!/bin/sh\necho '{"terraform_version": "1.9.8"}'\n""")
    old.chmod(0o755)

    answer = terraform_init(project, "local", PATH=f"{old.parent}:{os.environ['PATH']}")

    assert answer.returncode == 1
    assert "Terraform 1.9.8 is too old. Install Terraform 1.11 or newer" in answer.stderr


def test_the_local_environment_is_initialised_without_a_registry(
    project: Path, providers: Path
) -> None:
    answer = terraform_init(project, "local", TF_PLUGIN_DIR=str(providers), **NO_REGISTRY)

    assert answer.returncode == 0, answer.stderr
    assert 'backend "local"' in (project / "terraform" / "backend_override.tf").read_text()
    assert (project / "terraform" / ".terraform" / "environment").read_text() == "local"

    again = terraform_init(project, "local", **NO_TERRAFORM)
    assert again.returncode == 0, "nothing has changed, yet Terraform is called"
