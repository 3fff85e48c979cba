"""Each Terraform module's own tests (`tests/*.tftest.hcl`), with a mocked provider: no AWS."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

TERRAFORM = Path(__file__).resolve().parents[2] / "terraform"
MODULES = [*sorted(TERRAFORM.glob("modules/*")), TERRAFORM / "bootstrap"]


def terraform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["terraform", f"-chdir={folder}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_module_passes_its_own_tests(module: Path, providers: Path) -> None:
    assert list(module.glob("tests/*.tftest.hcl")), f"{module.name} has no tests"

    # No backend, so that the state of `make bootstrap` is left alone.
    init = terraform(module, "init", "-no-color", "-backend=false", f"-plugin-dir={providers}")
    assert init.returncode == 0, init.stderr

    outcome = terraform(module, "test", "-no-color")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
