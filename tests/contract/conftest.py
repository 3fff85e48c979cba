"""The running stack, for the tests that hold it against its contract."""

from __future__ import annotations

from typing import Any

import pytest

import stack


@pytest.fixture(scope="session")
def url(outputs: dict[str, Any]) -> str:
    return str(outputs["api_url"])


@pytest.fixture(scope="session")
def key(outputs: dict[str, Any]) -> str:
    """A key that is not throttled."""
    return str(outputs["api_keys"]["tests"]["1"])


@pytest.fixture(scope="session")
def outputs() -> dict[str, Any]:
    return stack.outputs("local")
