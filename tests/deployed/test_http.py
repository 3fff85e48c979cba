"""HTTP itself: methods, media types, sizes, CORS, and what API Gateway answers by itself."""

from __future__ import annotations

import httpx
import pytest
from tests.deployed.conftest import CreateItem, Json, assert_problem, item_input
from tests.deployed.test_concurrency import at_once

PAGE = {"Origin": "https://shop.example"}
JSON = {"Content-Type": "application/json"}


# Methods and media types


@pytest.mark.parametrize("path", ["/items?limit=1", "/items/{id}", "/health", "/openapi.json"])
def test_head_answers_what_get_does_without_a_body(
    client: httpx.Client, create: CreateItem, path: str
) -> None:
    path = path.format(id=create()["id"])

    get, head = client.get(path), client.head(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers.get("ETag") == get.headers.get("ETag")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_head_of_an_unknown_item_is_not_found(client: httpx.Client) -> None:
    answer = client.head("/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD")

    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/items", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("POST", "/health", "GET, HEAD, OPTIONS"),
        ("PUT", "/docs", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_refused_and_the_allowed_ones_are_named(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)

    assert_problem(answer, 405)
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_another_media_type_is_refused(
    client: httpx.Client, create: CreateItem, method: str
) -> None:
    path = "/items" if method == "POST" else f"/items/{create()['id']}"

    answer = client.request(method, path, content="x", headers={"Content-Type": "text/plain"})

    assert "text/plain" in assert_problem(answer, 415)["detail"]


def test_a_body_above_the_limit_is_refused(client: httpx.Client, tag: str) -> None:
    body = httpx.Request("POST", "http://unused", json=item_input(tag)).read()

    answer = client.post("/items", content=body.ljust(256 * 1024 + 1), headers=JSON)

    assert "262144" in assert_problem(answer, 413)["detail"]


def test_a_body_at_the_limit_is_taken(client: httpx.Client, tag: str) -> None:
    body = httpx.Request("POST", "http://unused", json=item_input(tag)).read()

    answer = client.post("/items", content=body.ljust(256 * 1024), headers=JSON)

    assert answer.status_code == 201


# What API Gateway answers by itself


@pytest.mark.parametrize("key", [{}, {"x-api-key": "k" * 40}])
def test_without_a_valid_key_nothing_is_served(
    anonymous: httpx.Client, token: str, key: dict[str, str]
) -> None:
    answer = anonymous.get("/items", headers=key | {"Authorization": f"Bearer {token}"})

    assert "x-api-key" in assert_problem(answer, 403)["detail"]


def test_an_unknown_path_is_not_found(client: httpx.Client) -> None:
    assert_problem(client.get("/nothing-here"), 404)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"name": "Walnut desk"}, "price"),
        ({"name": "x", "price": {"amount": "1", "currency": "EUR"}, "colour": "red"}, "colour"),
        ({"name": "x", "price": {"amount": "1"}}, "currency"),
    ],
)
def test_an_invalid_body_is_refused_before_the_function_and_the_field_is_named(
    client: httpx.Client, body: Json, named: str
) -> None:
    answer = client.post("/items", json=body)

    assert named in assert_problem(answer, 400)["errors"][0]["detail"]
    assert "Strict-Transport-Security" not in answer.headers  # of every answer of a function


def test_a_body_that_is_no_json_is_refused(client: httpx.Client) -> None:
    assert_problem(client.post("/items", content='{"name": ', headers=JSON), 400)


def test_a_client_above_its_rate_is_told_when_to_come_back(
    client: httpx.Client, outputs: Json
) -> None:
    key = {"x-api-key": outputs["api_keys"]["limited"]["1"]}

    answers = at_once(lambda _: client.get("/items?limit=1", headers=key | PAGE))

    throttled = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert assert_problem(throttled[0], 429)["violated-policies"] == ["rate"]
    assert int(throttled[0].headers["Retry-After"]) >= 1
    assert throttled[0].headers["RateLimit"] == '"rate";r=0;t=1'
    assert_readable_by_pages(throttled[0])


# CORS: `local` lets every origin read


def assert_readable_by_pages(answer: httpx.Response) -> None:
    """A page of another origin may read the answer, and the headers that matter."""
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert {"Retry-After", "X-Request-Id"} <= exposed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/items"),
        ("PATCH", "/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD"),
        ("DELETE", "/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD"),
        ("GET", "/health"),
    ],
)
def test_a_preflight_without_a_key_names_what_pages_may_send(
    anonymous: httpx.Client, method: str, path: str
) -> None:
    asks = {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type, if-match, x-api-key",
    }

    answer = anonymous.options(path, headers=PAGE | asks)

    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(",")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert method in answer.headers["Access-Control-Allow-Methods"].split(",")
    assert {"content-type", "idempotency-key", "if-match", "if-none-match", "x-api-key"} <= set(
        allowed
    )


def test_pages_may_read_answers_and_problems_of_functions(
    client: httpx.Client, create: CreateItem
) -> None:
    found = client.get(f"/items/{create()['id']}", headers=PAGE)
    missing = client.get("/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD", headers=PAGE)
    wrong_method = client.delete("/items", headers=PAGE)

    assert [found.status_code, missing.status_code] == [200, 404]
    assert "ETag" in found.headers["Access-Control-Expose-Headers"]
    for answer in (found, missing, wrong_method):
        assert_readable_by_pages(answer)


def test_pages_may_read_what_the_gateway_answers_by_itself(
    client: httpx.Client, anonymous: httpx.Client
) -> None:
    no_key = anonymous.get("/usage", headers=PAGE)
    no_token = anonymous.get("/items", headers=PAGE)
    unknown = client.get("/nothing-here", headers=PAGE)
    invalid = client.post("/items", json={}, headers=PAGE)

    answers = [no_key, no_token, unknown, invalid]
    assert [answer.status_code for answer in answers] == [403, 401, 404, 400]
    for answer in answers:
        assert_readable_by_pages(answer)
