from __future__ import annotations

import pytest
from tests.local_aws.stack import Stack, assert_gap

REASONS = [
    ({}, 'object has missing required properties (["name"])'),
    (
        {"name": "a", "foo": 1},
        'object instance has properties which are not allowed by the schema: ["foo"]',
    ),
    (
        {"name": 1},
        'instance type (integer) does not match any allowed primitive type (allowed: ["string"])',
    ),
    ({"name": ""}, 'string "" is too short (length: 0, required minimum: 1)'),
    ({"name": "abcdef"}, 'string "abcdef" is too long (length: 6, maximum allowed: 5)'),
    ({"name": "A"}, 'ECMA 262 regex "^[a-z]*$" does not match input string "A"'),
    (
        {"name": "a", "quantity": -1},
        "numeric instance is lower than the required minimum (minimum: 0, found: -1)",
    ),
    (
        {"name": "a", "status": "x"},
        'instance value ("x") not found in enum (possible values: ["draft","active"])',
    ),
    (
        {"name": "a", "tags": ["1", "2", "3"]},
        "array is too long: must have at most 2 elements but instance has 3 elements",
    ),
    ({"name": "a", "tags": ["1", "1"]}, "array must not contain duplicate elements"),
]


def passes_on_a_type_without_a_model(stack: Stack) -> None:
    answer = stack.request("POST", content="{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 200


def test_a_content_type_without_a_model_is_passed_on(stack: Stack) -> None:
    passes_on_a_type_without_a_model(stack)


def test_a_body_without_a_content_type_is_held_against_the_json_model(stack: Stack) -> None:
    assert stack.request("POST", content=b'{"name": ""}').status_code == 400


@pytest.mark.parametrize(("body", "reason"), REASONS)
def test_a_refused_body_is_given_its_reason(stack: Stack, body: object, reason: str) -> None:
    answer = stack.request("POST", json=body)
    assert answer.status_code == 400
    assert answer.json()["detail"] == f"[{reason}]"


def test_several_reasons_are_listed(stack: Stack) -> None:
    detail = stack.request("POST", json={"quantity": "1", "foo": 2}).json()["detail"]
    assert detail.count("object ") == 2


def test_a_body_that_is_no_json_is_refused(stack: Stack) -> None:
    answer = stack.request("POST", content="{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["type"] == "BAD_REQUEST_BODY"


def test_ministack_still_needs_the_shim(bare: Stack) -> None:
    assert_gap("request_validation", passes_on_a_type_without_a_model, bare)
