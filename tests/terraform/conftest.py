"""What the tests of Terraform share: the provider, installed once for the whole run."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the root module's providers, a mirror for everything else."""
    folder = PROJECT / "terraform" / ".terraform" / "providers"
    # Two workers must not initialise the same folder at once.
    with (tmp_path_factory.getbasetemp().parent / "terraform-init.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            script = PROJECT / "scripts" / "terraform_init.py"
            subprocess.run([sys.executable, str(script), "local"], check=True)
    return folder
