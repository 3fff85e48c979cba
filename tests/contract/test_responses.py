"""The judge of answers, which all deployed tests rely on, refuses what breaks the contract."""

from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest
from schemathesis.core.failures import FailureGroup
from tests.contract.responses import keeps_to_contract
from tests.unit.contract import document

BASE = "https://api.example/v1"
ITEM = document()["x-example-item"]
HEADERS = {"ETag": '"1"', "X-Request-Id": "r"}


def judge(method: str = "GET", path: str = "/items/1", status: int = 200, **answer: Any) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, **answer))
    hooks = {"response": [keeps_to_contract(BASE)]}
    with httpx.Client(base_url=BASE, transport=transport, event_hooks=hooks) as client:
        client.request(method, path)


def test_an_answer_as_the_contract_has_it_passes() -> None:
    judge(headers=HEADERS, json=ITEM)


def test_a_path_outside_the_contract_is_not_judged() -> None:
    judge(path="/nowhere", status=418)


@pytest.mark.parametrize("field", ["id", "version", "ownerId"])
def test_an_item_without_a_field_is_refused(field: str) -> None:
    item = copy.deepcopy(ITEM)
    del item[field]

    with pytest.raises(FailureGroup):
        judge(headers=HEADERS, json=item)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (202, {"headers": HEADERS, "json": ITEM}),
        (200, {"headers": HEADERS, "text": "hello"}),
        (200, {"headers": HEADERS | {"ETag": "one"}, "json": ITEM}),
        (200, {"headers": HEADERS, "json": ITEM | {"colour": "red"}}),
        (404, {"headers": {"Content-Type": "application/problem+json"}, "json": {"detail": "?"}}),
    ],
    ids=["status", "media type", "header", "unknown field", "problem"],
)
def test_what_breaks_the_contract_is_refused(status: int, answer: dict[str, Any]) -> None:
    with pytest.raises(FailureGroup):
        judge(status=status, **answer)
