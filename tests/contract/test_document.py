"""The contract as a document: whatever readers and generators of clients need stands there."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from tests.contract.document import Node, Operation, operations, resolve, responses
from tests.unit.contract import document, validator

OPERATIONS = operations()
OPEN = {"/health", "/openapi.json", "/docs", "/docs/{asset}"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture(params=OPERATIONS, ids=str)
def operation(request: pytest.FixtureRequest) -> Operation:
    found: Operation = request.param
    return found


def examples(media: Node) -> list[object]:
    named = [example["value"] for example in media.get("examples", {}).values()]
    return named + ([media["example"]] if "example" in media else [])


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = Counter(operation.node["operationId"] for operation in OPERATIONS)

    assert set(ids.values()) == {1}
    assert all(re.fullmatch("[a-z]+[A-Za-z]*", name) for name in ids)


def test_every_operation_is_summed_up_in_a_line(operation: Operation) -> None:
    assert 0 < len(operation.node["summary"]) <= 60
    assert not operation.node["summary"].endswith(".")


def test_every_operation_has_one_declared_tag(operation: Operation) -> None:
    declared = [tag["name"] for tag in document()["tags"] if tag["description"]]

    (tag,) = operation.node["tags"]

    assert tag in declared


def test_every_path_parameter_is_declared_and_no_other(operation: Operation) -> None:
    declared = [each["name"] for each in operation.parameters if each["in"] == "path"]

    assert sorted(declared) == sorted(re.findall(r"{(\w+)}", operation.path))


def test_every_parameter_is_described(operation: Operation) -> None:
    assert all(parameter["description"] for parameter in operation.parameters)


def test_head_stands_wherever_get_does_and_answers_the_same_statuses() -> None:
    statuses = {
        method: {
            each.path: set(each.node["responses"]) for each in OPERATIONS if each.method == method
        }
        for method in ("get", "head")
    }

    assert statuses["head"] == statuses["get"]


def test_a_key_is_needed_but_for_the_open_routes(operation: Operation) -> None:
    security = operation.node.get("security", document()["security"])

    assert all("ApiKey" in alternative for alternative in security)
    assert bool(security) == (operation.path not in OPEN)
    assert ("403" in operation.node["responses"]) == bool(security)


def test_where_a_user_may_be_needed_one_without_a_token_is_told_so(operation: Operation) -> None:
    security = operation.node.get("security", document()["security"])
    user = any("UserToken" in alternative for alternative in security)

    assert ("401" in operation.node["responses"]) == user or operation.path.startswith("/auth/")


def test_every_operation_may_be_throttled_and_may_fail(operation: Operation) -> None:
    assert {"429", "500"} <= operation.node["responses"].keys()


def test_every_operation_with_a_body_says_how_bodies_are_refused(operation: Operation) -> None:
    if "requestBody" in operation.node:
        assert operation.node["requestBody"]["required"]
        assert {"400", "413", "415"} <= operation.node["responses"].keys()


def test_every_error_is_a_problem_with_an_example() -> None:
    for operation, status, response in responses():
        if status < "400" or operation.method == "head":
            continue
        assert list(response["content"]) == ["application/problem+json"], f"{operation} {status}"
        media = response["content"]["application/problem+json"]
        assert media["schema"] == PROBLEM
        assert media["example"]["status"] == int(status)


def test_every_json_answer_has_a_named_schema_and_an_example() -> None:
    for operation, status, response in responses():
        for media_type, media in response.get("content", {}).items():
            # The contract describes all but itself.
            if media_type.endswith("json") and operation.path != "/openapi.json":
                assert "$ref" in media["schema"], f"{operation} {status}"
                assert examples(media), f"{operation} {status}"


def test_every_body_has_a_named_schema_and_an_example(operation: Operation) -> None:
    for media in operation.node.get("requestBody", {}).get("content", {}).values():
        assert "$ref" in media["schema"]
        assert examples(media)


def test_every_answer_names_the_request() -> None:
    for operation, status, response in responses():
        assert "X-Request-Id" in response["headers"], f"{operation} {status}"


def test_every_answer_to_a_known_caller_tells_what_is_left() -> None:
    for operation, status, response in responses():
        if operation.path not in OPEN:
            told = {"RateLimit", "RateLimit-Policy"}
            assert told <= response["headers"].keys(), f"{operation} {status}"


def test_every_example_is_valid_against_its_schema() -> None:
    bodies = [op.node["requestBody"] for op in OPERATIONS if "requestBody" in op.node]
    answers = [response for _, _, response in responses()]
    judged = 0
    for holder in [*bodies, *answers]:
        for media in holder.get("content", {}).values():
            for example in examples(media):
                validator(media["schema"]["$ref"].rpartition("/")[2]).validate(example)
                judged += 1
    assert judged


def test_every_link_leads_to_an_operation_and_fills_its_parameters() -> None:
    by_id = {operation.node["operationId"]: operation for operation in OPERATIONS}
    links = [link for _, _, response in responses() for link in response.get("links", {}).values()]

    assert links
    for link in links:
        names = {parameter["name"] for parameter in by_id[link["operationId"]].parameters}
        assert link["parameters"].keys() <= names


def test_every_object_that_clients_send_refuses_unknown_fields() -> None:
    for operation in OPERATIONS:
        for media in operation.node.get("requestBody", {}).get("content", {}).values():
            assert resolve(media["schema"])["additionalProperties"] is False


def test_every_component_is_used() -> None:
    text = str(document())
    for kind, components in document()["components"].items():
        if kind != "securitySchemes":
            unused = [name for name in components if f"'#/components/{kind}/{name}'" not in text]
            assert unused == []


def test_nothing_that_a_page_prefills_makes_a_request_fail(operation: Operation) -> None:
    prefilled = {each["name"] for each in operation.parameters if "example" in each}

    assert not prefilled & {"Idempotency-Key", "If-Match", "If-None-Match", "cursor"}
