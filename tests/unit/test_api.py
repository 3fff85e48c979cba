"""The HTTP edge that all functions share: methods, HEAD, CORS, malformed events."""

from __future__ import annotations

from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from tests.unit import contract, gateway
from tests.unit.gateway import Client, item_input

from catalog.dynamodb import Table
from catalog.http.api import Api

ITEM = "/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD"
PAGE = "https://shop.example"


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/items", "PUT", "GET, HEAD, POST"),
        ("/items", "DELETE", "GET, HEAD, POST"),
        ("/items", "OPTIONS", "GET, HEAD, POST"),
        (ITEM, "POST", "DELETE, GET, HEAD, PATCH, PUT"),
        (ITEM, "TRACE", "DELETE, GET, HEAD, PATCH, PUT"),
        (ITEM, "\ud800", "DELETE, GET, HEAD, PATCH, PUT"),
    ],
)
def test_another_method_is_refused_and_those_allowed_are_named(
    items: Client, problem: contract.Validator, path: str, method: str, allowed: str
) -> None:
    answer = items(method, path)

    assert answer.status == 405
    problem.validate(answer.json)
    assert answer.headers["allow"] == allowed


def test_head_is_not_allowed_where_get_is_not(items: Client) -> None:
    api = Api([])
    api.post("/orders")(lambda: None)
    orders = Client(ModuleType("orders"))
    orders.function.__dict__["lambda_handler"] = api

    answer = orders("GET", "/orders")

    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/item", "/items/a/b", "//items", "/\ud800", ""])
def test_another_path_is_not_found(items: Client, problem: contract.Validator, path: str) -> None:
    answer = items("GET", path)

    assert answer.status == 404
    problem.validate(answer.json)


def test_head_is_get_without_a_body(items: Client) -> None:
    path = f"/items/{items.create()['id']}"

    for asked in ("/items", path, ITEM):
        get, head = items("GET", asked), items("HEAD", asked)
        assert head.status == get.status
        standing = {"ratelimit": mock.ANY}  # each request takes one
        assert head.headers | standing == get.headers
        assert head.text == ""


def test_head_honours_if_none_match(items: Client) -> None:
    path = f"/items/{items.create()['id']}"

    assert items("HEAD", path, headers={"If-None-Match": '"1"'}).status == 304


@pytest.mark.parametrize(("method", "path"), [("GET", "/items"), ("GET", ITEM), ("PUT", "/items")])
def test_every_answer_names_the_request_and_keeps_browsers_safe(
    items: Client, method: str, path: str
) -> None:
    answer = items(method, path)

    assert answer.headers["x-request-id"] == "id-of-the-request"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"] == "max-age=63072000"
    assert answer.headers["vary"] == "Origin"
    if answer.status >= 400:
        assert answer.json["requestId"] == "id-of-the-request"
        assert answer.headers["cache-control"] == "no-store"


# CORS


@pytest.fixture
def browser(table: Table) -> Any:
    """A page of an origin, in front of a function that allows some."""

    def browser(allowed: str, origin: str = PAGE) -> Client:
        function = gateway.load("items", CORS_ALLOW_ORIGINS=allowed)
        return Client(function, headers={"Origin": origin})

    return browser


@pytest.mark.parametrize("allowed", [PAGE, f"https://other.example, {PAGE}", "*"])
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/items", None, 200),
        ("GET", ITEM, None, 404),
        ("POST", "/items", item_input(), 201),
        ("POST", "/items", "{", 400),
        ("TRACE", "/items", None, 405),
    ],
)
def test_a_page_of_an_allowed_origin_may_read_every_answer(
    browser: Any, allowed: str, method: str, path: str, body: Any, status: int
) -> None:
    answer = browser(allowed)(method, path, body)

    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] in (PAGE, "*")
    exposed = answer.headers["access-control-expose-headers"].split(",")
    assert {"ETag", "Location", "Retry-After", "X-Request-Id"} <= set(exposed)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("allowed", ["", "https://other.example", f"{PAGE}.evil"])
def test_a_page_of_another_origin_may_read_nothing(browser: Any, allowed: str) -> None:
    answer = browser(allowed)("GET", "/items")

    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/items", ITEM])
def test_a_preflight_request_of_an_allowed_origin_is_answered(browser: Any, path: str) -> None:
    answer = browser(PAGE)("OPTIONS", path)

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    methods = set(answer.headers["access-control-allow-methods"].split(","))
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= methods
    wanted = {"Idempotency-Key", "If-Match", "If-None-Match", "Content-Type", "X-Api-Key"}
    assert wanted <= set(answer.headers["access-control-allow-headers"].split(","))
    assert answer.headers["access-control-max-age"] == "7200"


def test_allow_names_options_where_cors_answers_it(browser: Any) -> None:
    assert browser(PAGE)("PUT", "/items").headers["allow"] == "GET, HEAD, OPTIONS, POST"


# Malformed events


def without(*names: str) -> dict[str, Any]:
    event = gateway.proxy_event("POST", "/items", item_input())
    return {name: value for name, value in event.items() if name not in names}


SIGNED_IN = {"authorizer": {"claims": gateway.id_token()}}


def with_(**changed: Any) -> dict[str, Any]:
    return gateway.proxy_event("POST", "/items", item_input()) | changed


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        1,
        {},
        {"Records": []},
        without("httpMethod"),
        without("path"),
        without("requestContext"),
        without("headers"),
        with_(httpMethod=None),
        with_(path=1),
        with_(requestContext=None),
        with_(requestContext=[]),
        with_(requestContext={"identity": "text"}),
        with_(requestContext={"identity": {"apiKeyId": 1}}),
        with_(requestContext={"requestId": {}}),
        with_(headers=[]),
        with_(headers={"Content-Type": 1}),
        with_(headers={1: "a"}),
        with_(multiValueHeaders={"Content-Type": "application/json"}),
        with_(multiValueQueryStringParameters=[]),
        with_(multiValueQueryStringParameters={"limit": "1"}),
        with_(multiValueQueryStringParameters={"limit": [1]}),
        with_(body=1),
        with_(body={}),
        with_(isBase64Encoded="yes"),
    ],
)
def test_an_event_that_is_no_request_is_refused(
    items: Client, problem: contract.Validator, event: Any
) -> None:
    answer = items.invoke(event)

    assert answer.status == 400
    problem.validate(answer.json)
    assert answer.json["type"] == "urn:catalog:problem:malformed-event"
    assert answer.metrics == {"HandledError": [1.0]}


@pytest.mark.parametrize(
    "event",
    [
        with_(headers=None, multiValueHeaders=None),  # as the console's test sends it
        without("multiValueHeaders"),
        without("isBase64Encoded", "pathParameters", "resource"),
        with_(requestContext=SIGNED_IN),
        with_(requestContext=SIGNED_IN | {"identity": None}),
        with_(requestContext=SIGNED_IN | {"identity": {}}),
        with_(multiValueQueryStringParameters={}),
    ],
)
def test_an_event_that_lacks_what_is_not_needed_is_answered(items: Client, event: Any) -> None:
    assert items.invoke(event).status == 201


def test_without_an_id_of_the_request_that_of_the_invocation_names_it(items: Client) -> None:
    answer = items.invoke(with_(requestContext={}, path="/none"))

    assert answer.headers["x-request-id"] == "id-of-the-invocation"
    assert answer.json["requestId"] == "id-of-the-invocation"
