"""What the unit tests share: the functions, loaded once, in front of a table in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import ModuleType
from unittest import mock

import hypothesis
import pytest
from botocore.config import Config
from tests.unit import contract, gateway
from tests.unit.cognito import SECRETS, Pool
from tests.unit.dynamodb import empty_table
from tests.unit.gateway import Client

from catalog import aws
from catalog.dynamodb import Table

# The functions leave it to DynamoDB to check parameters. Here botocore checks every call.
aws.CONFIG = aws.CONFIG.merge(Config(parameter_validation=True))

hypothesis.settings.register_profile("fast", max_examples=50, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@pytest.fixture(scope="session")
def items_function() -> ModuleType:
    return gateway.load("items")


@pytest.fixture
def table() -> Iterator[Table]:
    with empty_table() as table:
        yield table


@pytest.fixture
def items(items_function: ModuleType, table: Table) -> Iterator[Client]:
    """A client of the items function. What the function writes must give nothing away."""
    client = Client(items_function)
    yield client
    for canary in (gateway.API_KEY, gateway.CURSOR_SECRET, gateway.PAYLOAD, "canary"):
        assert canary not in client.output


@pytest.fixture(scope="session")
def auth_function() -> ModuleType:
    return gateway.load("auth")


@pytest.fixture
def pool(auth_function: ModuleType) -> Iterator[Pool]:
    pool = Pool()
    with pool.behind(auth_function.cognito):
        yield pool


@pytest.fixture
def auth(auth_function: ModuleType, pool: Pool, table: Table) -> Iterator[Client]:
    """A client of the auth function. What the function writes must give nothing away."""
    client = Client(auth_function)
    yield client
    for secret in (gateway.API_KEY, *SECRETS):
        assert secret not in client.output.lower()


@pytest.fixture(scope="session")
def problem() -> contract.Validator:
    return contract.validator("Problem")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries do not wait."""
    monkeypatch.setattr("time.sleep", mock.Mock())
