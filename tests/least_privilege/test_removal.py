"""No right of a function is superfluous: each is taken away in turn, and something ends to work."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
import pytest
from tests.local_aws.stack import eventually
from tests.operations.conftest import Checkout, Json

pytestmark = [pytest.mark.deep, pytest.mark.xdist_group("least_privilege")]

ITEM = {"name": "Walnut desk", "price": {"amount": "449.00", "currency": "EUR"}}
REPLACEMENT = ITEM | {"quantity": 3}
KEY = {"Idempotency-Key": "least-privilege"}
PATCH = {"Content-Type": "application/merge-patch+json"}

# What a function is used for: a request, and the status that says it worked. `{id}` is an item.
CASES: dict[str, dict[str, tuple[int, str, str, Json]]] = {
    "items": {
        "create": (201, "POST", "/items", {"json": ITEM}),
        "create once": (201, "POST", "/items", {"json": ITEM, "headers": KEY}),
        "read": (200, "GET", "/items/{id}", {}),
        "replace": (200, "PUT", "/items/{id}", {"json": REPLACEMENT}),
        "patch": (200, "PATCH", "/items/{id}", {"content": b'{"quantity": 4}', "headers": PATCH}),
        "list": (200, "GET", "/items", {}),
        "list by status": (200, "GET", "/items?status=draft", {}),
        "delete": (204, "DELETE", "/items/{id}", {}),
    },
    "health": {
        "shallow check": (200, "GET", "/health", {}),
        "deep check": (200, "GET", "/health?deep=true", {}),
    },
    "docs": {
        "contract": (200, "GET", "/openapi.json", {}),
        "page": (200, "GET", "/docs", {}),
    },
}


class Grant(NamedTuple):
    """One action on one resource, named as it ends."""

    function: str
    action: str
    resource: str


# The right → the cases that end to work without it.
NEEDED = {
    Grant("items", "dynamodb:GetItem", "table/catalog-local"): {"read", "patch"},
    Grant("items", "dynamodb:PutItem", "table/catalog-local"): {"create", "create once"},
    Grant("items", "dynamodb:UpdateItem", "table/catalog-local"): {"replace", "patch"},
    Grant("items", "dynamodb:DeleteItem", "table/catalog-local"): {"delete"},
    Grant("items", "dynamodb:Query", "index/by_owner"): {"list"},
    Grant("items", "dynamodb:Query", "index/by_owner_status"): {"list by status"},
    Grant("health", "dynamodb:GetItem", "table/catalog-local"): {"deep check"},
}
# The local AWS writes the functions' logs itself and asks nobody, so taking these shows nothing:
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html names what AWS asks.
NOT_ENFORCED = {
    Grant(function, action, f"log-group:/aws/lambda/catalog-local-{function}:*")
    for function in CASES
    for action in ("logs:CreateLogStream", "logs:PutLogEvents")
}


def name(grant: Grant) -> str:
    return f"{grant.function} needs {grant.action} on {grant.resource}"


@pytest.fixture(scope="session")
def api(checkout: Checkout) -> Iterator[httpx.Client]:
    with checkout.api() as client:
        yield client


@pytest.fixture
def item_id(api: httpx.Client) -> str:
    answer = api.post("/items", json=ITEM)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def grants(policy: Json, function: str) -> set[tuple[Grant, str]]:
    """Every right in a policy, with the whole ARN."""
    return {
        (Grant(function, action, short(arn)), arn)
        for statement in policy["Statement"]
        for action in statement["Action"]
        for arn in statement["Resource"]
    }


def short(arn: str) -> str:
    table, index, name = arn.split(":", 5)[5].partition("/index/")
    return f"index/{name}" if index else table


def policy_of(iam: Any, role: str) -> Json:
    policy: Json = iam.get_role_policy(RoleName=role, PolicyName="function")["PolicyDocument"]
    return policy


def role_of(function: str) -> str:
    return f"catalog-local-{function}-eu-west-1"


@contextmanager
def without(iam: Any, removed: Callable[[Grant], bool], function: str) -> Iterator[None]:
    """Take rights from a function for a while."""
    role = role_of(function)
    policy = policy_of(iam, role)
    left = [
        {"Effect": "Allow", "Action": [grant.action], "Resource": [arn]}
        for grant, arn in grants(policy, function)
        if not removed(grant)
    ]
    put(iam, role, {"Version": policy["Version"], "Statement": left})
    try:
        yield
    finally:
        put(iam, role, policy)


def put(iam: Any, role: str, policy: Json) -> None:
    iam.put_role_policy(RoleName=role, PolicyName="function", PolicyDocument=json.dumps(policy))


def failing(api: httpx.Client, function: str, item_id: str) -> set[str]:
    """The cases of a function that do not work at this moment."""
    return {
        case
        for case, (status, method, path, options) in CASES[function].items()
        if api.request(method, path.format(id=item_id), **options).status_code != status
    }


@pytest.mark.parametrize("function", CASES)
def test_every_right_of_a_function_is_tried_here(checkout: Checkout, function: str) -> None:
    policy = policy_of(checkout.aws("iam"), role_of(function))

    allowed = {grant for grant, _ in grants(policy, function)}

    assert allowed == {grant for grant in {*NEEDED, *NOT_ENFORCED} if grant.function == function}


@pytest.mark.parametrize("function", CASES)
def test_with_all_its_rights_a_function_does_its_work(
    api: httpx.Client, item_id: str, function: str
) -> None:
    assert failing(api, function, item_id) == set()


@pytest.mark.parametrize("grant", NEEDED, ids=name)
def test_without_a_right_something_ends_to_work(
    checkout: Checkout, api: httpx.Client, item_id: str, grant: Grant
) -> None:
    with without(checkout.aws("iam"), lambda candidate: candidate == grant, grant.function):
        failed = failing(api, grant.function, item_id)

    assert failed == NEEDED[grant]


def test_the_local_aws_writes_logs_without_the_right_to(
    checkout: Checkout, api: httpx.Client
) -> None:
    logs, group = checkout.aws("logs"), "/aws/lambda/catalog-local-health"

    with without(checkout.aws("iam"), lambda grant: grant.action.startswith("logs:"), "health"):
        request = api.get("/health").headers["X-Request-Id"]

        # The day this fails, the rights to write logs belong into NEEDED.
        assert eventually(
            lambda: logs.filter_log_events(logGroupName=group, filterPattern=f'"{request}"')[
                "events"
            ]
        )
