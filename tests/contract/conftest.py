"""The running stack, for the tests that hold it against its contract."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

import stack
from users import Users

SignIn = Callable[[], str]


@pytest.fixture(scope="session")
def url(outputs: dict[str, Any]) -> str:
    return str(outputs["api_url"])


@pytest.fixture(scope="session")
def key(outputs: dict[str, Any]) -> str:
    """A key that is not throttled."""
    return str(outputs["api_keys"]["tests"]["1"])


@pytest.fixture(scope="session")
def sign_in(outputs: dict[str, Any]) -> SignIn:
    """Makes a user and returns its ID token."""
    users = Users("local", outputs)

    def sign_in() -> str:
        email = f"{uuid.uuid4().hex}@example.com"
        return users.token(email, users.make(email))

    return sign_in


@pytest.fixture(scope="session")
def outputs() -> dict[str, Any]:
    return stack.outputs("local")
