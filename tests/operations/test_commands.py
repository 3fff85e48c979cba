"""Every command explains itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.operations.conftest import PROJECT

SCRIPTS = sorted(
    str(path.relative_to(PROJECT))
    for path in [*PROJECT.glob("scripts/*.py"), PROJECT / "scripts/local_aws/process.py"]
    if '__name__ == "__main__"' in path.read_text()
)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_help(script: str) -> None:
    answer = subprocess.run(
        [sys.executable, script, "--help"], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.splitlines()) > 3
    assert answer.stderr == ""


def test_make_without_a_target_lists_the_targets() -> None:
    answer = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True)

    for target in ("up", "down", "build", "rotate-keys", "test"):
        assert f"  make {target} " in answer.stdout
