"""`Idempotency-Key`: a creation that is repeated happens once."""

from __future__ import annotations

import time
from typing import Any
from unittest import mock

import msgspec
import pytest
from tests.unit import gateway
from tests.unit.dynamodb import before, fails, once, raises
from tests.unit.gateway import Client, item_input

from catalog.errors import UnavailableError
from catalog.idempotency import KEPT_SECONDS

KEY = {"Idempotency-Key": "canary-idempotency-key"}
CONFLICT = [{"Code": "TransactionConflict"}, {"Code": "None"}]


def count(items: Client) -> int:
    return len(items("GET", "/items").json["items"])


def test_a_repeated_creation_is_answered_as_the_first(items: Client) -> None:
    first = items("POST", "/items", item_input(), headers=KEY)

    second = items("POST", "/items", item_input(), headers=KEY)

    assert (first.status, second.status) == (201, 201)
    assert second.json == first.json
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["etag"] == first.headers["etag"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert count(items) == 1


def test_a_repeated_creation_is_answered_as_the_first_after_the_item_has_changed(
    items: Client,
) -> None:
    first = items("POST", "/items", item_input(), headers=KEY).json
    items("DELETE", f"/items/{first['id']}")

    second = items("POST", "/items", item_input(), headers=KEY)

    assert second.json == first
    assert count(items) == 0


def test_the_order_of_fields_and_spelled_out_defaults_make_no_other_request(items: Client) -> None:
    fields = item_input(attributes={"a": 1, "b": 2})
    first = items("POST", "/items", fields, headers=KEY)
    reordered = dict(reversed(fields.items())) | {"attributes": {"b": 2, "a": 1}, "quantity": 0}

    second = items("POST", "/items", reordered, headers=KEY)

    assert second.json == first.json


def test_another_body_under_the_same_key_is_refused(items: Client) -> None:
    items("POST", "/items", item_input(), headers=KEY)

    answer = items("POST", "/items", item_input(quantity=1), headers=KEY)

    assert answer.status == 422
    assert answer.json["type"] == "urn:catalog:problem:idempotency-key-reused"
    assert count(items) == 1


def test_the_same_key_of_another_caller_is_another_key(items: Client) -> None:
    first = items("POST", "/items", item_input(), headers=KEY)
    items.claims = gateway.id_token(gateway.OTHER_USER)

    second = items("POST", "/items", item_input(quantity=1), headers=KEY)

    assert second.status == 201
    assert second.json["id"] != first.json["id"]


def test_a_creation_that_was_refused_does_not_use_its_key_up(items: Client) -> None:
    assert items("POST", "/items", item_input(name=""), headers=KEY).status == 400

    assert items("POST", "/items", item_input(), headers=KEY).status == 201


def test_an_expired_key_can_be_used_again(items: Client) -> None:
    first = items("POST", "/items", item_input(), headers=KEY).json

    with mock.patch(
        "catalog.items.repository.time.time", return_value=time.time() + KEPT_SECONDS + 2
    ):
        second = items("POST", "/items", item_input(quantity=1), headers=KEY)

    assert second.status == 201
    assert second.json["id"] != first["id"]
    assert "idempotency-replayed" not in second.headers


def test_a_key_is_kept_for_a_day(items: Client) -> None:
    with before("TransactWriteItems", lambda **_: None) as calls:
        items("POST", "/items", item_input(), headers=KEY)

    body = msgspec.json.decode(calls.call_args.kwargs["params"]["body"])
    record = body["TransactItems"][0]["Put"]["Item"]
    assert int(record["expiresAt"]["N"]) == pytest.approx(time.time() + KEPT_SECONDS, abs=5)
    assert "canary-idempotency-key" not in str(record)


@pytest.mark.parametrize("key", ["", " ", '""', "é", "a\tb", "k" * 256, "\ud800", "\u0000"])
def test_an_invalid_key_is_refused(items: Client, key: str) -> None:
    answer = items("POST", "/items", item_input(), headers={"Idempotency-Key": key})

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "Idempotency-Key"
    assert count(items) == 0


@pytest.mark.parametrize("key", ["k" * 255, "~", 'say "hi"', '"quoted"', "a,b"])
def test_a_printable_key_is_taken(items: Client, key: str) -> None:
    headers = {"idempotency-key": key}

    answers = [items("POST", "/items", item_input(), headers=headers) for _ in range(2)]

    assert answers[0].json == answers[1].json


def test_the_quotes_of_a_structured_string_are_not_part_of_the_key(items: Client) -> None:
    first = items("POST", "/items", item_input(), headers={"Idempotency-Key": '"k"'})

    second = items("POST", "/items", item_input(), headers={"Idempotency-Key": "k"})

    assert second.json == first.json


def test_a_creation_that_meets_its_twin_is_answered_as_the_twin(items: Client) -> None:
    twin: list[Any] = []

    def meets(**event: Any) -> Any:
        twin.append(items("POST", "/items", item_input(), headers=KEY).json)
        return fails("TransactionCanceledException", CancellationReasons=CONFLICT)(**event)

    with before("TransactWriteItems", once(meets)):
        answer = items("POST", "/items", item_input(), headers=KEY)

    assert answer.status == 201
    assert answer.json == twin[0]
    assert count(items) == 1


def test_a_creation_whose_twin_does_not_end_is_a_conflict(items: Client) -> None:
    twin = fails("TransactionCanceledException", CancellationReasons=CONFLICT)

    with before("TransactWriteItems", twin) as tries:
        answer = items("POST", "/items", item_input(), headers=KEY)

    assert answer.status == 409
    assert answer.headers["retry-after"] == "1"
    assert tries.call_count > 1
    assert count(items) == 0


def test_a_refused_record_that_is_gone_when_it_is_looked_at_is_a_conflict(items: Client) -> None:
    reasons = [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}]
    refused = fails("TransactionCanceledException", CancellationReasons=reasons)

    with before("TransactWriteItems", refused):
        answer = items("POST", "/items", item_input(), headers=KEY)

    assert answer.status == 409


def test_record_and_item_are_both_there_or_neither(items: Client) -> None:
    with before("TransactWriteItems", once(raises(UnavailableError("gone")))):
        assert items("POST", "/items", item_input(), headers=KEY).status == 503
    assert count(items) == 0

    with before("*", lambda **_: None) as calls:
        answer = items("POST", "/items", item_input(), headers=KEY)

    assert answer.status == 201
    assert [c.kwargs["model"].name for c in calls.call_args_list] == ["TransactWriteItems"]
    assert count(items) == 1
