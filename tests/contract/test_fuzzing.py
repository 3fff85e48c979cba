"""Requests made up from the contract: every answer keeps to it. See schemathesis.toml, hooks.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]


def fuzz(url: str, *options: str) -> None:
    """Run schemathesis with all of its checks. Fails with its report, which holds no key."""
    command = [str(Path(sys.executable).parent / "schemathesis")]
    command += ["--config-file", str(HERE / "schemathesis.toml"), "run", f"{url}/openapi.json"]
    command += ["--url", url, "--checks=all", "--continue-on-failure", "--no-color", *options]
    variables = {"SCHEMATHESIS_HOOKS": "tests.contract.hooks", "PYTHONPATH": str(PROJECT)}
    answer = subprocess.run(
        command,
        env=os.environ | variables,
        cwd=PROJECT,
        text=True,
        capture_output=True,
        check=False,
    )
    if answer.returncode != 0:
        pytest.fail(answer.stdout + answer.stderr, pytrace=False)


def test_every_answer_to_a_client_with_a_key_keeps_to_the_contract(url: str, key: str) -> None:
    fuzz(url, "--header", f"x-api-key: {key}", "--max-examples=5", "--seed=1")


def test_every_answer_to_a_client_without_a_key_keeps_to_the_contract(url: str) -> None:
    fuzz(url, "--max-examples=5", "--seed=1")


@pytest.mark.deep
def test_answers_keep_to_the_contract_however_long_one_tries(url: str, key: str) -> None:
    seed = os.environ.get("FUZZ_SEED")  # none: other requests each time
    fixed = [f"--seed={seed}"] if seed else []
    fuzz(url, "--header", f"x-api-key: {key}", "--max-time=120", "--workers=2", *fixed)
