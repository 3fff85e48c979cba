"""What a cold start loads: nothing that costs more than it gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tests.unit.gateway import ENVIRONMENT, PROJECT

# Each costs 10-130 ms at every cold start. (asyncio and importlib.metadata do too, but Powertools'
# router and python-ulid load them.)
TOO_HEAVY = {
    "aws_lambda_powertools.utilities.idempotency",
    "aws_xray_sdk",
    "awscrt",
    "boto3",
    "multiprocessing",
    "pydantic",
    "redis",
    "requests",
    "s3transfer",
    "sqlite3",
    "unittest",
    "yaml",
}
PROBE = """
import gc, json, runpy, sys
sys.path[:0] = json.loads(sys.argv[2])
runpy.run_path(sys.argv[1])
modules = sorted(sys.modules)
print(json.dumps({"modules": modules, "enabled": gc.isenabled(), "frozen": gc.get_freeze_count()}))
"""


@pytest.fixture(scope="module", params=["items", "auth", "usage", "health", "docs"])
def started(request: pytest.FixtureRequest) -> dict[str, object]:
    """What is there in a fresh interpreter once a function is loaded."""
    handler = PROJECT / "functions" / request.param / "handler.py"
    paths = [str(PROJECT / "layer"), *(path for path in sys.path if "site-packages" in path)]
    probe = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROBE, str(handler), json.dumps(paths)],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(probe.stdout)
    return found


def test_a_function_does_not_load_what_it_does_not_need(started: dict[str, list[str]]) -> None:
    assert TOO_HEAVY & set(started["modules"]) == set()


@pytest.mark.parametrize(
    ("module", "functions"),
    [
        ("catalog.auth.cognito", {"auth"}),
        ("catalog.limits", {"items", "auth", "usage"}),
        ("botocore.session", {"items", "auth", "usage", "health"}),
    ],
)
def test_only_the_functions_that_need_a_module_load_it(
    started: dict[str, list[str]],
    request: pytest.FixtureRequest,
    module: str,
    functions: set[str],
) -> None:
    function = request.node.callspec.params["started"]

    assert (module in started["modules"]) == (function in functions)


def test_the_collector_is_on_again_and_leaves_alone_what_is_loaded(
    started: dict[str, int],
) -> None:
    assert started["enabled"]
    assert started["frozen"] > 10_000
