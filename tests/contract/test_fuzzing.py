"""Requests made up from the contract: every answer keeps to it. See schemathesis.toml, hooks.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.contract.conftest import SignIn

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
REFUSED = ["--exclude-checks=positive_data_acceptance"]  # 401 and 403, whatever is asked for
# What needs no token had that phase with a user, and all else is refused whatever is sent.
WITHOUT_COVERAGE = ["--phases=examples,fuzzing,stateful"]
NOT_GONE = ["--exclude-operation-id=deleteUser"]  # else the user of the other requests is gone


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


def signed_in(key: str, token: str) -> list[str]:
    """Options by which requests carry a key and a user's token."""
    return ["--header", f"x-api-key: {key}", "--header", f"Authorization: Bearer {token}"]


def test_every_answer_to_a_user_keeps_to_the_contract(url: str, key: str, sign_in: SignIn) -> None:
    fuzz(url, *signed_in(key, sign_in()), *NOT_GONE, "--max-examples=5", "--seed=1")


def test_every_answer_to_a_user_who_goes_keeps_to_the_contract(
    url: str, key: str, sign_in: SignIn
) -> None:
    only = ["--include-operation-id=deleteUser", "--phases=coverage,fuzzing"]
    fuzz(url, *signed_in(key, sign_in()), *only, "--max-examples=5", "--seed=1")


def test_every_answer_to_a_client_with_only_a_key_keeps_to_the_contract(url: str, key: str) -> None:
    key_only = ["--header", f"x-api-key: {key}"]
    fuzz(url, *key_only, *REFUSED, *WITHOUT_COVERAGE, "--max-examples=5", "--seed=1")


def test_every_answer_to_a_client_without_a_key_keeps_to_the_contract(url: str) -> None:
    fuzz(url, *REFUSED, *WITHOUT_COVERAGE, "--max-examples=5", "--seed=1")


@pytest.mark.deep
def test_answers_keep_to_the_contract_however_long_one_tries(
    url: str, key: str, sign_in: SignIn
) -> None:
    seed = os.environ.get("FUZZ_SEED")  # none: other requests each time
    fixed = [f"--seed={seed}"] if seed else []
    long = ["--max-time=120", "--workers=2", *fixed]
    fuzz(url, *signed_in(key, sign_in()), *NOT_GONE, *long)
