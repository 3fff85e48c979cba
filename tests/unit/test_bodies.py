"""Request bodies: what is read as JSON, and how everything else is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit import contract, gateway
from tests.unit.gateway import Client, item_input

from catalog.http.body import DEEPEST_JSON, LARGEST_BODY

WRITES = ["POST", "PUT", "PATCH"]


@pytest.fixture
def send(items: Client) -> Any:
    """Send a body with a write, to an item that is there."""
    item_id = items.create()["id"]

    def send(method: str, body: Any, **options: Any) -> gateway.Answer:
        return items(method, "/items" if method == "POST" else f"/items/{item_id}", body, **options)

    return send


def refused(answer: gateway.Answer) -> str:
    """What the answer says that is wrong with the body."""
    assert answer.status == 400, answer.text
    contract.validator("Problem").validate(answer.json)
    assert answer.json["type"] == "urn:catalog:problem:invalid-body"
    return str(answer.json["errors"][0]["detail"])


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("", "Not JSON: Expecting value at line 1, column 1."),
        (" \n", "Not JSON: Expecting value at line 2, column 1."),
        ("{", "Not JSON: Expecting property name enclosed in double quotes at line 1, column 2."),
        ("{'name': 1}", "Not JSON: Expecting property name enclosed in double quotes at line 1,"),
        ('{"name": "a"} x', "Not JSON: Extra data at line 1, column 15."),
        ('{"name": "a\x00b"}', "Not JSON: Invalid control character at at line 1, column 12."),
        ("\ufeff{}", "Not JSON: "),
        ('{"name": NaN}', "NaN is not JSON."),
        ('{"quantity": Infinity}', "Infinity is not JSON."),
        ('{"quantity": -Infinity}', "-Infinity is not JSON."),
        ('{"quantity": ' + "9" * 5000 + "}", "A number has too many digits."),
        ('{"name": "a", "name": "b"}', "The field 'name' stands twice."),
        ('{"price": {"amount": "1", "amount": "1"}}', "The field 'amount' stands twice."),
        ('{"name": "\\ud800"}', "The text is not valid UTF-8."),
        ('{"\\udc00": 1}', "The text is not valid UTF-8."),
        ('{"name": "\ud800"}', "The text is not valid UTF-8."),
        (b'{"name": "\xff"}', "The text is not valid UTF-8."),
        (b'{"name": "\xed\xa0\x80"}', "The text is not valid UTF-8."),
        (b"\xff\xfe{\x00}\x00", "The text is not valid UTF-8."),
        ("[" * 100_000, "The JSON is nested deeper than 32 levels."),
        ('{"a":' * 50_000, "The JSON is nested deeper than 32 levels."),
        ("[" * 33 + "]" * 33, "The JSON is nested deeper than 32 levels."),
        ("null", "Expected object, got null"),
        ("[]", "Expected object, got array"),
        ('"text"', "Expected object, got string"),
        ("1.5", "Expected object, got number"),
        ("true", "Expected object, got boolean"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_is_no_json_object_is_refused(
    send: Any, method: str, body: str | bytes, detail: str
) -> None:
    assert refused(send(method, body)).startswith(detail)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("field", ["quantity", "attributes"])
@pytest.mark.parametrize("number", ["1e999", "-1e999", "9007199254740992", "1" * 400, "1e400"])
def test_a_number_beyond_what_json_readers_keep_is_refused(
    send: Any, method: str, field: str, number: str
) -> None:
    value = number if field == "quantity" else f'{{"a": {number}}}'
    body = json.dumps(item_input(**{field: "VALUE"})).replace('"VALUE"', value)

    assert refused(send(method, body)).startswith("Expected ")


@pytest.mark.parametrize("depth", [DEEPEST_JSON, DEEPEST_JSON + 1])
def test_depth_is_refused_beyond_the_limit_only(send: Any, depth: int) -> None:
    nested = '{"a":' * (depth - 1) + "[]" + "}" * (depth - 1)

    detail = refused(send("POST", nested))

    assert detail.startswith("The JSON is nested") == (depth > DEEPEST_JSON)


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_up_to_the_limit_is_read(send: Any, encoded: bool) -> None:
    text = json.dumps(item_input())
    body = text + " " * (LARGEST_BODY - len(text))

    assert send("POST", body.encode() if encoded else body).status == 201


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_beyond_the_limit_is_refused(send: Any, method: str, encoded: bool) -> None:
    body = " " * (LARGEST_BODY + 1)

    answer = send(method, body.encode() if encoded else body)

    assert answer.status == 413
    contract.validator("Problem").validate(answer.json)
    assert "262145 bytes; at most 262144" in answer.json["detail"]


def test_the_limit_counts_bytes_not_characters(send: Any) -> None:
    assert send("POST", '"' + "é" * (LARGEST_BODY // 2) + '"').status == 413


def test_a_body_that_is_not_base64_is_refused(items: Client) -> None:
    event = gateway.proxy_event("POST", "/items", "a") | {"isBase64Encoded": True}

    assert refused(items.invoke(event)) == "The body is not valid base64."


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        " application/json ;",
    ],
)
def test_json_in_utf8_is_read(send: Any, content_type: str) -> None:
    assert send("POST", item_input(), content_type=content_type).status == 201


def test_a_body_without_a_content_type_is_read(items: Client) -> None:
    event = gateway.proxy_event("POST", "/items", item_input())
    del event["headers"]["Content-Type"]
    del event["multiValueHeaders"]["Content-Type"]

    assert items.invoke(event).status == 201


@pytest.mark.parametrize(
    ("method", "content_type"),
    [
        ("POST", "text/plain"),
        ("POST", "application/merge-patch+json"),
        ("POST", "application/json; charset=latin-1"),
        ("POST", "application/json; profile=x"),
        ("POST", "application/jsonx"),
        ("POST", "\ud800"),
        ("PUT", "multipart/form-data"),
        ("PATCH", "application/json"),
        ("PATCH", "application/json-patch+json"),
        ("PATCH", "t" * 5000),
    ],
)
def test_another_media_type_is_refused(send: Any, method: str, content_type: str) -> None:
    answer = send(method, {}, content_type=content_type)

    assert answer.status == 415
    contract.validator("Problem").validate(answer.json)
    needed = "application/merge-patch+json" if method == "PATCH" else "application/json"
    assert answer.json["detail"].endswith(f"{needed} is needed.")
    assert len(answer.json["detail"]) < 250


@pytest.mark.parametrize("name", ["\u0000", "\u202e", "\U0001f468\u200d\U0001f469", "a\u0301"])
def test_unusual_text_is_kept_as_it_is(items: Client, name: str) -> None:
    created = items.create(name=name, tags=[name], attributes={name: name})

    read = items("GET", f"/items/{created['id']}").json

    assert (read["name"], read["tags"], read["attributes"]) == (name, [name], {name: name})
    assert items("GET", "/items", query={"tag": name}).json["items"] == [created]
