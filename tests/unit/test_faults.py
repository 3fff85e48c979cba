"""Faults behind the API: a defined answer, and no text of AWS or Python in it."""

from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest
from tests.unit import contract
from tests.unit.dynamodb import Hook, before, fails, raises
from tests.unit.gateway import Answer, Client, item_input
from tests.unit.test_dynamodb import CONFLICT_CODES, NO_ANSWER, THROTTLING_CODES

OPERATIONS = ["list", "get", "replace", "patch", "delete", "create", "create once"]
BROKEN = [
    fails("AccessDeniedException"),
    fails("ValidationException"),
    fails("ResourceNotFoundException"),
    raises(botocore.exceptions.NoCredentialsError()),
    raises(RuntimeError("canary in an exception")),
]


@pytest.fixture
def send(items: Client) -> Any:
    """Send the request of an operation, on an item that is there."""
    path = f"/items/{items.create()['id']}"
    requests: dict[str, Any] = {
        "list": lambda: items("GET", "/items"),
        "get": lambda: items("GET", path),
        "replace": lambda: items("PUT", path, item_input()),
        "patch": lambda: items("PATCH", path, {"quantity": 1}),
        "delete": lambda: items("DELETE", path),
        "create": lambda: items("POST", "/items", item_input()),
        "create once": lambda: items(
            "POST", "/items", item_input(), headers={"Idempotency-Key": "canary-key"}
        ),
    }
    return lambda operation: requests[operation]()


def shown(answer: Answer, status: int) -> str:
    """The answer's text, once it is seen that it is the problem of this status."""
    assert answer.status == status, answer.text
    contract.validator("Problem").validate(answer.json)
    return answer.text.lower()


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "fault",
    [fails(code) for code in THROTTLING_CODES] + [raises(error) for error in NO_ANSWER],
    ids=[*THROTTLING_CODES, *(type(error).__name__ for error in NO_ANSWER)],
)
def test_a_table_that_is_busy_or_gone_makes_the_api_unavailable(
    send: Any, operation: str, fault: Hook
) -> None:
    with before("*", fault):
        answer = send(operation)

    assert "canary" not in shown(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.metrics == {"ServerError": [1.0]}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_that_nobody_expects_shows_nothing_of_itself(
    send: Any, operation: str, fault: Hook
) -> None:
    with before("*", fault):
        answer = send(operation)

    text = shown(answer, 500)
    assert answer.json["type"] == "urn:catalog:problem:internal-error"
    for word in ("canary", "arn:", "exception", "denied", "credentials", "botocore", "traceback"):
        assert word not in text


@pytest.mark.parametrize("operation", ["replace", "patch", "delete", "create", "create once"])
@pytest.mark.parametrize("code", CONFLICT_CODES)
def test_a_write_that_meets_a_transaction_is_a_conflict(
    send: Any, operation: str, code: str
) -> None:
    write = {
        "delete": "DeleteItem",
        "create": "PutItem",
        "create once": "TransactWriteItems",
    }.get(operation, "UpdateItem")

    with before(write, fails(code)):
        answer = send(operation)

    shown(answer, 409)
    assert answer.headers["retry-after"] == "1"


def test_the_log_names_the_fault_without_its_text(send: Any) -> None:
    with before("GetItem", fails("AccessDeniedException")):
        answer = send("get")

    (line,) = [line for line in answer.lines if line.get("level") == "ERROR"]
    assert line["message"] == "unexpected fault"
    assert line["error"] == "botocore.exceptions.ClientError"
    assert line["error_code"] == "AccessDeniedException"
    assert line["request_id"] == "id-of-the-request"
    assert "dynamodb.py" in "".join(line["stack"])


def test_the_log_names_what_made_the_table_unavailable(send: Any) -> None:
    with before("GetItem", fails("ThrottlingException")):
        answer = send("get")

    (line,) = [line for line in answer.lines if line.get("level") == "ERROR"]
    assert line["message"] == "unavailable"
    assert line["error"] == "catalog.errors.UnavailableError"
    assert line["error_code"] == "ThrottlingException"
    assert line["cause"] == "ThrottlingException"


def test_after_a_fault_the_next_request_is_answered(send: Any) -> None:
    with before("*", BROKEN[-1]):
        send("get")

    assert send("get").status == 200
