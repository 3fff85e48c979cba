"""No input gives a 5xx, and every refusal is a problem of the contract."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit import contract, gateway
from tests.unit.cognito import Pool
from tests.unit.dynamodb import empty_table
from tests.unit.gateway import Answer, Client
from tests.unit.test_model import odd_inputs, odd_patches

anything = st.text(st.characters(exclude_categories=[]), max_size=30)  # lone surrogates too
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=6,
)
methods = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) | anything
paths = (
    st.sampled_from(["/items", "/items/{there}", "/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD"])
    | anything.map("/items/{}".format)
    | anything
)
header_names = st.sampled_from(
    ["If-Match", "if-none-match", "Idempotency-Key", "Content-Type", "Origin", "Accept"]
)
header_values = (
    st.sampled_from(['"1"', 'W/"1"', '"1", "2"', "*", "application/json", "key", "null"]) | anything
)
headers = st.dictionaries(header_names | anything, header_values, max_size=3)
parameters = st.sampled_from(["status", "tag", "updatedSince", "order", "limit", "cursor"])
parameter_values = (
    st.sampled_from(["active", "red", "2026-01-01T00:00:00Z", "asc", "1", "100", "-1", "1e1"])
    | st.datetimes().map(lambda moment: f"{moment.isoformat()}-12:00")
    | anything
)
queries = st.dictionaries(
    parameters | anything, st.lists(parameter_values, min_size=1, max_size=2), max_size=3
)
bodies = (
    st.none()
    | (odd_inputs() | odd_patches | json_values).map(json.dumps)
    | anything
    | st.binary(max_size=30)
)


def check(answer: Answer) -> None:
    assert 200 <= answer.status < 500, answer.text + answer.output
    if answer.status >= 400 and answer.text:
        contract.validator("Problem").validate(answer.json)
        assert answer.headers["content-type"] == "application/problem+json"
    assert answer.lines, "every line of the log is JSON"


@given(methods, paths, bodies, queries, headers)
def test_no_request_gives_a_fault(
    items_function: ModuleType, method: str, path: str, body: Any, query: Any, headers: Any
) -> None:
    with empty_table():
        items = Client(items_function)
        there = items.create()["id"]
        media_type = gateway.MERGE_PATCH if method == "PATCH" else gateway.JSON

        answer = items(
            method,
            path.replace("{there}", there),
            body,
            query=query,
            headers={"Content-Type": media_type} | headers,
            content_type=headers.get("Content-Type"),
        )

    check(answer)


@given(st.sampled_from(["POST", "PUT", "PATCH"]), odd_inputs() | odd_patches | json_values)
def test_no_body_gives_a_fault(items_function: ModuleType, method: str, value: Any) -> None:
    with empty_table():
        items = Client(items_function)
        path = "/items" if method == "POST" else f"/items/{items.create()['id']}"

        answer = items(method, path, json.dumps(value))

    check(answer)


auth_paths = st.sampled_from(
    ["signup", "confirm", "resend", "forgot-password", "reset-password", "login", "challenge",
     "refresh", "logout", "me", "me/totp"]
).map("/auth/{}".format)  # fmt: skip
auth_fields = st.sampled_from(
    ["email", "password", "newPassword", "code", "session", "refreshToken", "accessToken"]
)
auth_values = (
    st.sampled_from(["walnut@example.com", "Correct-horse-7", "123456", "a" * 20]) | json_values
)


@given(methods, auth_paths, st.dictionaries(auth_fields, auth_values) | json_values)
def test_no_request_about_a_user_gives_a_fault(
    auth_function: ModuleType, method: str, path: str, body: Any
) -> None:
    with Pool().behind(auth_function.cognito):
        answer = Client(auth_function)(method, path, json.dumps(body), content_type=gateway.JSON)

    check(answer)


@given(json_values)
def test_no_event_gives_a_fault(items_function: ModuleType, event: Any) -> None:
    check(Client(items_function).invoke(event))


@given(st.sampled_from(sorted(gateway.proxy_event("GET", "/items"))), json_values)
def test_no_part_of_an_event_gives_a_fault(
    items_function: ModuleType, name: str, value: Any
) -> None:
    event = gateway.proxy_event("POST", "/items", gateway.item_input()) | {name: value}

    with empty_table():
        check(Client(items_function).invoke(event))
