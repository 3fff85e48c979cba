"""`/health`."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from tests.unit import contract, gateway
from tests.unit.dynamodb import before, fails, raises
from tests.unit.gateway import Client

from catalog.dynamodb import Table


@pytest.fixture(scope="session")
def health_function() -> ModuleType:
    return gateway.load("health")


@pytest.fixture
def health(health_function: ModuleType, table: Table) -> Client:
    return Client(health_function)


@pytest.mark.parametrize("query", [None, {"deep": "false"}])
def test_a_shallow_check_does_not_ask_the_table(health: Client, query: Any) -> None:
    with before("*", lambda **_: None) as calls:
        answer = health("GET", "/health", query=query)

    assert answer.status == 200
    assert answer.json == {"status": "ok"}
    assert calls.call_count == 0


def test_a_deep_check_asks_the_table(health: Client) -> None:
    with before("*", lambda **_: None) as calls:
        answer = health("GET", "/health", query={"deep": "true"})

    assert answer.json == {"status": "ok", "checks": {"table": "ok"}}
    contract.validator("Health").validate(answer.json)
    assert [call.kwargs["model"].name for call in calls.call_args_list] == ["GetItem"]


@pytest.mark.parametrize(
    "fault",
    [
        fails("ThrottlingException"),
        fails("ResourceNotFoundException"),
        fails("AccessDeniedException"),
        raises(RuntimeError("canary")),
    ],
)
def test_a_deep_check_of_a_table_that_does_not_answer_fails(health: Client, fault: Any) -> None:
    with before("GetItem", fault):
        answer = health("GET", "/health", query={"deep": "true"})

    assert answer.status == 503
    contract.validator("Problem").validate(answer.json)
    assert answer.headers["retry-after"] == "1"
    assert "canary" not in answer.text + answer.output


@pytest.mark.parametrize("query", [{"deep": "yes"}, {"deep": "1"}, {"deep": ""}, {"deeper": "1"}])
def test_a_wrong_parameter_is_refused(health: Client, query: dict[str, str]) -> None:
    assert health("GET", "/health", query=query).status == 400


def test_head_is_answered(health: Client) -> None:
    answer = health("HEAD", "/health")

    assert (answer.status, answer.text) == (200, "")
