"""The table: values in and out, and the service's errors in the domain's terms."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import botocore.exceptions
import pytest
from botocore.awsrequest import AWSResponse
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dynamodb import before, fails, raises

from catalog import aws
from catalog.dynamodb import ConditionFailedError, Table, decode, encode
from catalog.errors import ConflictError, UnavailableError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(10**38) + 1, 10**38 - 1)
values = st.recursive(
    texts | st.booleans() | numbers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
THROTTLING_CODES = [
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingError",
    "ThrottlingException",
]
CONFLICT_CODES = [
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
]
URL = "https://dynamodb.eu-west-1.amazonaws.com"
NO_ANSWER = [
    botocore.exceptions.ConnectTimeoutError(endpoint_url=URL),
    botocore.exceptions.ConnectionClosedError(endpoint_url=URL),
    botocore.exceptions.EndpointConnectionError(endpoint_url=URL),
    botocore.exceptions.ReadTimeoutError(endpoint_url=URL),
    botocore.exceptions.SSLError(endpoint_url=URL, error=OSError("canary")),
]


@given(st.dictionaries(texts, values, max_size=4))
def test_a_row_survives_the_attribute_form(row: dict[str, Any]) -> None:
    assert decode(encode(row)) == row


def test_a_row_survives_the_table(table: Table) -> None:
    row = {
        "id": "1",
        "text": "\u0000 é \U0001f600",
        "empty": "",
        "number": 2**53 - 1,
        "truth": False,
        "list": ["a", 1, True, []],
        "map": {"a": {"b": []}},
    }

    table.put(row)

    assert table.get({"id": "1"}) == row


@pytest.mark.parametrize("value", [None, 1.5, b"bytes", {1}])
def test_a_value_without_a_form_is_a_mistake_of_the_programmer(value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        encode({"field": value})


def test_a_row_that_is_not_there_is_none(table: Table) -> None:
    assert table.get({"id": "none"}) is None


@pytest.mark.parametrize("code", THROTTLING_CODES)
def test_a_busy_service_is_unavailable(table: Table, code: str) -> None:
    with before("GetItem", fails(code)), pytest.raises(UnavailableError):
        table.get({"id": "1"})


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_the_service_without_a_known_code_is_unavailable(
    table: Table, status: int
) -> None:
    with before("GetItem", fails(str(status), status)), pytest.raises(UnavailableError):
        table.get({"id": "1"})


@pytest.mark.parametrize("error", NO_ANSWER, ids=lambda error: type(error).__name__)
def test_a_service_that_does_not_answer_is_unavailable(table: Table, error: Exception) -> None:
    with before("GetItem", raises(error)), pytest.raises(UnavailableError):
        table.get({"id": "1"})


@pytest.mark.parametrize("code", CONFLICT_CODES)
def test_a_transaction_in_the_way_is_a_conflict(table: Table, code: str) -> None:
    with before("PutItem", fails(code)), pytest.raises(ConflictError):
        table.put({"id": "1"})


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        (["None", "TransactionConflict"], ConflictError),
        (["ThrottlingError", "None"], UnavailableError),
        (["None", "ProvisionedThroughputExceeded"], UnavailableError),
        (["ConditionalCheckFailed", "TransactionConflict"], ConditionFailedError),
        (["ValidationError", "None"], botocore.exceptions.ClientError),
    ],
)
def test_a_cancelled_transaction_says_why(
    table: Table, codes: list[str], error: type[Exception]
) -> None:
    reasons = [{"Code": code} for code in codes]
    cancelled = fails("TransactionCanceledException", CancellationReasons=reasons)

    with before("TransactWriteItems", cancelled), pytest.raises(error):
        table.put_together({"id": "1"}, {"id": "2"})


def test_a_refused_condition_tells_what_stands_there(table: Table) -> None:
    table.put({"id": "1", "version": 3})

    with pytest.raises(ConditionFailedError) as refused:
        table.put({"id": "1"}, ConditionExpression="attribute_not_exists(id)")

    assert refused.value.row == {"id": "1", "version": 3}


def test_rows_put_together_are_put_all_or_none(table: Table) -> None:
    table.put({"id": "1", "first": True})

    with pytest.raises(ConditionFailedError) as refused:
        table.put_together({"id": "1"}, {"id": "2"}, ConditionExpression="attribute_not_exists(id)")

    assert refused.value.row == {"id": "1", "first": True}
    assert table.get({"id": "2"}) is None


def test_two_calls_that_get_no_answer_fit_into_the_function_s_timeout() -> None:
    timeout, pause = 10, 1  # seconds: the functions' default; the longest between two tries

    one_call = aws.TRIES * (aws.CONNECT_TIMEOUT + aws.READ_TIMEOUT) + (aws.TRIES - 1) * pause

    assert 2 * one_call < timeout


def test_a_throttled_call_is_tried_twice(table: Table) -> None:
    tries = []
    events: Any = aws.client("dynamodb").meta.events

    def throttle(**_: Any) -> AWSResponse:
        tries.append(1)
        return aws_response(400, b'{"__type": "ThrottlingException", "message": "slow down"}')

    events.register_first("before-send.dynamodb.GetItem", throttle)
    try:
        with pytest.raises(UnavailableError):
            table.get({"id": "1"})
    finally:
        events.unregister("before-send.dynamodb.GetItem", throttle)

    assert len(tries) == aws.TRIES == 2


def aws_response(status: int, content: bytes) -> AWSResponse:
    """What AWS sends back."""
    headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse(URL, status, headers, SimpleNamespace(stream=lambda: iter([content])))
