"""Limits at the HTTP edge: who pays what, and what an answer tells of it."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from tests.unit import contract, gateway
from tests.unit.dynamodb import LIMITS, before, fails
from tests.unit.gateway import Answer, Client, id_token, item_input

from catalog import aws
from catalog.dynamodb import Table
from catalog.http.api import Api
from catalog.http.rate_limit import cost_class
from catalog.limits import Limiter, Policy

ITEM = "/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD"
PAGE = "https://shop.example"
SLOW = 0.001  # tokens a second: none comes back during a test


def policy(burst: int, **more: Any) -> dict[str, Any]:
    return {"rate": SLOW, "burst": burst} | more


@pytest.fixture
def limited(table: Table) -> Any:
    """Start the items function with limits of its own."""

    def limited(
        read: int = 100, listed: int = 100, write: int = 100, on_failure: str = "open", **more: str
    ) -> ModuleType:
        sizes = {"read": read, "list": listed, "write": write}
        policies = {n: policy(size, on_failure=on_failure) for n, size in sizes.items()}
        return gateway.load("items", file=None, RATE_LIMITS=json.dumps(policies), **more)

    return limited


def statuses(answers: list[Answer]) -> list[int]:
    return [answer.status for answer in answers]


@pytest.mark.parametrize(
    ("method", "path", "body", "options", "status", "spent"),
    [
        ("GET", "/items", None, {}, 200, "list"),
        ("HEAD", "/items", None, {}, 200, "list"),
        ("GET", ITEM, None, {}, 404, "read"),
        ("HEAD", ITEM, None, {}, 404, "read"),
        ("GET", "/nothing", None, {}, 404, "read"),
        ("POST", "/items", item_input(), {}, 201, "write"),
        ("POST", "/items", "{", {}, 400, "write"),
        ("POST", "/items", "{", {"content_type": "text/plain"}, 415, "write"),
        ("DELETE", ITEM, None, {}, 404, "write"),
        ("TRACE", "/items", None, {}, 405, "write"),
    ],
)
def test_every_answer_tells_what_is_left_of_the_route_s_class(
    limited: Any, method: str, path: str, body: Any, options: Any, status: int, spent: str
) -> None:
    client = Client(limited(read=7, listed=7, write=7))

    answer = client(method, path, body, **options)

    assert answer.status == status
    assert answer.headers["ratelimit"] == f'"{spent}";r=6;t=1000'
    assert answer.headers["ratelimit-policy"] == f'"{spent}";q=7;w=7000'


def test_a_caller_whose_bucket_is_empty_is_refused(
    limited: Any, problem: contract.Validator
) -> None:
    client = Client(limited(read=2))

    *_, answer = [client("GET", ITEM) for _ in range(3)]

    assert answer.status == 429
    problem.validate(answer.json)
    assert answer.json == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Request cannot be satisfied as assigned quota has been exceeded",
        "status": 429,
        "detail": f"The limit 'read' is used up. Try again in {answer.headers['retry-after']} s.",
        "requestId": "id-of-the-request",
        "violated-policies": ["read"],
    }
    wait = int(answer.headers["retry-after"])
    assert 990 <= wait <= 1000
    assert answer.headers["ratelimit"] == f'"read";r=0;t={wait}'
    assert answer.headers["ratelimit-policy"] == '"read";q=2;w=2000'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.metrics == {"RateLimited": [1.0], "HandledError": [1.0]}
    assert answer.request_line["status"] == 429


def test_a_refused_write_does_not_happen(limited: Any) -> None:
    client = Client(limited(write=1))

    answers = [client("POST", "/items", item_input()) for _ in range(3)]

    assert statuses(answers) == [201, 429, 429]
    assert len(client("GET", "/items").json["items"]) == 1


def test_one_class_may_be_used_up_while_another_is_not(limited: Any) -> None:
    client = Client(limited(listed=1))

    asked = [client("GET", "/items"), client("HEAD", "/items"), client("GET", ITEM)]

    assert statuses(asked) == [200, 429, 404]


def test_users_are_limited_each_whatever_the_application(limited: Any) -> None:
    function = limited(read=1)
    first = Client(function, api_key_id="web")
    same = Client(function, api_key_id="mobile")
    other = Client(function, api_key_id="web", claims=id_token(gateway.OTHER_USER))

    asked = [client("GET", ITEM) for client in (first, same, other)]

    assert statuses(asked) == [404, 429, 404]


def test_without_users_applications_are_limited_each(limited: Any) -> None:
    function = limited(read=1, AUTHORIZATION="api_key")
    clients = [Client(function, api_key_id=key, claims=None) for key in ("web", "web", "mobile")]

    assert statuses([client("GET", ITEM) for client in clients]) == [404, 429, 404]


def test_who_brings_no_token_is_refused_on_the_application_s_account(limited: Any) -> None:
    function = limited(read=1)
    client, user = Client(function, claims=None), Client(function)

    asked = [caller("GET", ITEM) for caller in (client, client, user)]

    assert statuses(asked) == [401, 429, 404]


def test_a_preflight_request_is_free(limited: Any) -> None:
    client = Client(limited(write=1, CORS_ALLOW_ORIGINS=PAGE), headers={"Origin": PAGE})

    preflights = [client("OPTIONS", "/items") for _ in range(3)]

    assert statuses(preflights) == [204, 204, 204]
    assert "ratelimit" not in preflights[0].headers
    assert client("POST", "/items", item_input()).status == 201


def test_a_page_may_read_a_refusal_and_its_headers(limited: Any) -> None:
    client = Client(limited(read=1, CORS_ALLOW_ORIGINS=PAGE), headers={"Origin": PAGE})
    client("GET", ITEM)

    answer = client("GET", ITEM)

    assert answer.status == 429
    assert answer.headers["access-control-allow-origin"] == PAGE
    exposed = set(answer.headers["access-control-expose-headers"].split(","))
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= exposed


def test_an_event_that_is_no_request_is_nobody_s(limited: Any) -> None:
    client = Client(limited())
    client("GET", ITEM)

    answer = client.invoke({})

    assert answer.status == 400
    assert "ratelimit" not in answer.headers


def test_while_the_limits_are_gone_an_open_class_is_answered(limited: Any) -> None:
    client = Client(limited(read=1))

    with before("UpdateItem", fails("InternalServerError", 500), table=LIMITS):
        answers = [client("GET", ITEM) for _ in range(3)]

    assert statuses(answers) == [404, 404, 404]
    assert answers[0].metrics == {"LimiterFailed": [1.0], "HandledError": [1.0]}
    assert answers[0].headers["ratelimit-policy"] == '"read";q=1;w=1000'
    assert "ratelimit" not in answers[0].headers
    faults = [line for answer in answers for line in answer.lines if line["level"] == "ERROR"]
    assert [line["message"] for line in faults] == ["limiter failed"]  # once, not at each request


def test_while_the_limits_are_gone_a_closed_class_is_unavailable(
    limited: Any, problem: contract.Validator
) -> None:
    client = Client(limited(read=1, on_failure="closed"))

    with before("UpdateItem", fails("InternalServerError", 500), table=LIMITS):
        answer = client("GET", ITEM)

    assert answer.status == 503
    problem.validate(answer.json)
    assert "canary" not in answer.output + answer.text
    assert answer.metrics == {"LimiterFailed": [1.0], "ServerError": [1.0]}
    assert answer.headers["retry-after"] == "5"  # so long, the table is not asked again


def test_a_route_may_take_from_a_second_bucket(table: Table) -> None:
    limits = Table(aws.client("dynamodb"), LIMITS)
    limiter = Limiter(limits, {"auth": Policy(SLOW, 9), "username": Policy(SLOW, 2)})
    api = Api([], limiter=limiter, costs={"*": "auth"})
    api.post("/auth/login")(lambda: limiter.take("username", "hash", told=False))
    login = Client(ModuleType("login"), claims=None)
    login.function.__dict__["lambda_handler"] = api

    admitted, _, answer = [login("POST", "/auth/login") for _ in range(3)]

    assert admitted.headers["ratelimit-policy"] == '"auth";q=9;w=9000'
    assert answer.status == 429
    assert answer.json["violated-policies"] == ["username"]
    assert answer.headers["ratelimit-policy"] == '"auth";q=9;w=9000, "username";q=2;w=2000'
    assert answer.headers["ratelimit"].startswith('"auth";r=6;t=1000, "username";r=0;t=')


@pytest.mark.parametrize(
    ("method", "resource", "expected"),
    [
        ("GET", "/items", "list"),
        ("GET", "/items/{itemId}", "read"),
        ("PATCH", "/items/{itemId}", "write"),
        ("GET", None, "read"),
    ],
)
def test_the_class_of_a_route_is_its_own_or_its_method_s(
    method: str, resource: str | None, expected: str
) -> None:
    assert cost_class({"GET /items": "list"}, method, resource) == expected


def test_the_class_of_all_routes_leaves_that_of_one_alone() -> None:
    costs = {"*": "auth", "GET /auth/me": "read"}

    assert cost_class(costs, "GET", "/auth/me") == "read"
    assert cost_class(costs, "DELETE", "/auth/me") == "auth"
