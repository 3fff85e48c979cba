"""No right of a function is superfluous: each is taken away in turn, and something ends to work."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
import pytest
from tests.local_aws.stack import eventually
from tests.operations.conftest import Checkout, Json

from catalog.limits import OUTAGE_PAUSE, SECOND

pytestmark = [pytest.mark.deep, pytest.mark.xdist_group("least_privilege")]

ITEM = {"name": "Walnut desk", "price": {"amount": "449.00", "currency": "EUR"}}
REPLACEMENT = ITEM | {"quantity": 3}
KEY = {"Idempotency-Key": "least-privilege"}
PATCH = {"Content-Type": "application/merge-patch+json"}
TEMPORARY, CHOSEN = "Temporary-word-1", "Chosen-word-1"
CODE, RESET_CODE = "123456", "654321"  # of the local AWS, for everybody
FUNCTIONS = ["items", "auth", "usage", "health", "docs"]


class Given(NamedTuple):
    """What the cases are about. Each test has its own: a case may end it."""

    user: httpx.Client
    """Signed in, and unknown to every instance: what it is allowed must be asked for."""
    email: str
    password: str
    tokens: Json
    item_id: str
    invited: Json
    """An address and a session, whose challenge is to choose a password."""
    unconfirmed: str
    """An address that waits for its code."""


class Case(NamedTuple):
    """What a function is used for: a request, and the status and header that say it worked."""

    status: int
    method: str
    path: str
    options: Json = {}  # noqa: RUF012
    header: str = "X-Request-Id"

    def works(self, client: httpx.Client) -> bool:
        answer = client.request(self.method, self.path, **self.options)
        return answer.status_code == self.status and self.header in answer.headers


def cases(given: Given) -> dict[str, dict[str, Case]]:
    """Function → name → case, in the order in which they are tried."""
    item, me = f"/items/{given.item_id}", "/auth/me"
    login = {"email": given.email, "password": given.password}
    confirmation = {"email": given.unconfirmed, "code": CODE, "password": CHOSEN}
    reset = {"email": given.email, "code": RESET_CODE, "newPassword": CHOSEN}
    access_token = {"accessToken": given.tokens["AccessToken"]}
    refresh_token = {"refreshToken": given.tokens["RefreshToken"]}
    return {
        "items": {
            # Refused for what it asks, so that no other right matters.
            "count requests": Case(400, "GET", "/items?limit=0", header="RateLimit"),
            "create": Case(201, "POST", "/items", {"json": ITEM}),
            "create once": Case(201, "POST", "/items", {"json": ITEM, "headers": KEY}),
            "read": Case(200, "GET", item),
            "replace": Case(200, "PUT", item, {"json": REPLACEMENT}),
            "patch": Case(200, "PATCH", item, {"content": b'{"quantity": 4}', "headers": PATCH}),
            "list": Case(200, "GET", "/items"),
            "list by status": Case(200, "GET", "/items?status=draft"),
            "delete": Case(204, "DELETE", item),
        },
        "auth": {
            "sign up": Case(202, "POST", "/auth/signup", {"json": {"email": given.email}}),
            "confirm": Case(204, "POST", "/auth/confirm", {"json": confirmation}),
            "sign in": Case(200, "POST", "/auth/login", {"json": login}),
            "choose a password": Case(
                200, "POST", "/auth/challenge", {"json": given.invited | {"newPassword": CHOSEN}}
            ),
            "refresh": Case(200, "POST", "/auth/refresh", {"json": refresh_token}),
            "read oneself": Case(200, "GET", me),
            "get an authenticator": Case(200, "POST", f"{me}/totp", {"json": access_token}),
            "ask for no code": Case(204, "DELETE", f"{me}/totp"),
            "reset the password": Case(204, "POST", "/auth/reset-password", {"json": reset}),
            "delete oneself": Case(204, "DELETE", me),
        },
        "usage": {"use": Case(200, "GET", "/usage")},
        "health": {
            "shallow check": Case(200, "GET", "/health"),
            "deep check": Case(200, "GET", "/health?deep=true"),
        },
        "docs": {
            "contract": Case(200, "GET", "/openapi.json"),
            "page": Case(200, "GET", "/docs"),
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
    Grant("items", "dynamodb:UpdateItem", "table/catalog-local-limits"): {"count requests"},
    Grant("auth", "cognito-idp:AdminInitiateAuth", "userpool"): {"sign in"},
    Grant("auth", "cognito-idp:AdminRespondToAuthChallenge", "userpool"): {"choose a password"},
    Grant("auth", "cognito-idp:AdminGetUser", "userpool"): {"read oneself", "get an authenticator"},
    Grant("auth", "cognito-idp:AdminListGroupsForUser", "userpool"): {
        "read oneself",
        "get an authenticator",
    },
    Grant("auth", "cognito-idp:AdminSetUserMFAPreference", "userpool"): {"ask for no code"},
    Grant("auth", "cognito-idp:AdminSetUserPassword", "userpool"): {"confirm"},
    Grant("auth", "cognito-idp:AdminUserGlobalSignOut", "userpool"): {"reset the password"},
    Grant("auth", "cognito-idp:AdminDeleteUser", "userpool"): {"delete oneself"},
    # While guesses cannot be counted, there are none.
    Grant("auth", "dynamodb:UpdateItem", "table/catalog-local-limits"): {
        "sign up",
        "confirm",
        "sign in",
        "choose a password",
        "refresh",
        "read oneself",
        "get an authenticator",
        "ask for no code",
        "reset the password",
        "delete oneself",
    },
    Grant("usage", "apigateway:GET", "/usageplans"): {"use"},
    Grant("usage", "apigateway:GET", "/usageplans/*/usage"): {"use"},
    Grant("usage", "dynamodb:UpdateItem", "table/catalog-local-limits"): {"use"},
    Grant("health", "dynamodb:GetItem", "table/catalog-local"): {"deep check"},
}
# The local AWS writes the functions' logs itself and asks nobody, so taking these shows nothing:
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html names what AWS asks.
NOT_ENFORCED = {
    Grant(function, action, f"log-group:/aws/lambda/catalog-local-{function}:*")
    for function in FUNCTIONS
    for action in ("logs:CreateLogStream", "logs:PutLogEvents")
}


def name(grant: Grant) -> str:
    return f"{grant.function} needs {grant.action} on {grant.resource}"


@pytest.fixture(scope="session")
def outputs(checkout: Checkout) -> Json:
    return checkout.outputs()


@pytest.fixture
def given(checkout: Checkout, outputs: Json) -> Iterator[Given]:
    cognito, pool = checkout.aws("cognito-idp"), {"UserPoolId": outputs["user_pool_id"]}

    def sign_in(email: str, password: str) -> Json:
        return cognito.admin_initiate_auth(  # type: ignore[no-any-return]
            **pool, **app, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )  # fmt: skip

    email, invited, unconfirmed = (f"{uuid.uuid4().hex}@example.com" for _ in range(3))
    app = {"ClientId": outputs["user_pool_client_id"]}
    password = checkout.users().make(email)
    tokens = sign_in(email, password)["AuthenticationResult"]
    cognito.forgot_password(**app, Username=email)
    cognito.sign_up(**app, Username=unconfirmed, Password=TEMPORARY)
    cognito.admin_create_user(
        **pool, Username=invited, TemporaryPassword=TEMPORARY, MessageAction="SUPPRESS"
    )
    session = sign_in(invited, TEMPORARY)["Session"]
    key = outputs["api_keys"]["tests"]["1"]
    headers = {"x-api-key": key, "Authorization": f"Bearer {tokens['IdToken']}"}
    with httpx.Client(base_url=outputs["api_url"], headers=headers, timeout=30) as user:
        answer = user.post("/items", json=ITEM)
        assert answer.status_code == 201, answer.text
        item_id = str(answer.json()["id"])
        challenge = {"email": invited, "session": session}
        yield Given(user, email, password, tokens, item_id, challenge, unconfirmed)


def grants(policy: Json, function: str) -> set[tuple[Grant, str]]:
    """Every right in a policy, with the whole ARN."""
    return {
        (Grant(function, action, short(arn)), arn)
        for statement in policy["Statement"]
        for action in statement["Action"]
        for arn in statement["Resource"]
    }


def short(arn: str) -> str:
    resource = arn.split(":", 5)[5]
    table, index, name = resource.partition("/index/")
    if resource.startswith("userpool/"):
        return "userpool"
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
        if any(
            removed(grant) and "limits" in grant.resource for grant, _ in grants(policy, function)
        ):
            time.sleep(OUTAGE_PAUSE / SECOND)  # an instance leaves a table that failed alone


def put(iam: Any, role: str, policy: Json) -> None:
    iam.put_role_policy(RoleName=role, PolicyName="function", PolicyDocument=json.dumps(policy))


def failing(given: Given, function: str) -> set[str]:
    """The cases of a function that do not work at this moment."""
    tried = cases(given)[function].items()
    return {name for name, case in tried if not case.works(given.user)}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_right_of_a_function_is_tried_here(checkout: Checkout, function: str) -> None:
    policy = policy_of(checkout.aws("iam"), role_of(function))

    allowed = {grant for grant, _ in grants(policy, function)}

    assert allowed == {grant for grant in {*NEEDED, *NOT_ENFORCED} if grant.function == function}


def test_every_function_is_tried_here(outputs: Json) -> None:
    assert set(outputs["function_names"]) == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_with_all_its_rights_a_function_does_its_work(given: Given, function: str) -> None:
    assert failing(given, function) == set()


@pytest.mark.parametrize("grant", NEEDED, ids=name)
def test_without_a_right_something_ends_to_work(
    checkout: Checkout, given: Given, grant: Grant
) -> None:
    with without(checkout.aws("iam"), lambda candidate: candidate == grant, grant.function):
        failed = failing(given, grant.function)

    assert failed == NEEDED[grant]


def test_the_local_aws_writes_logs_without_the_right_to(checkout: Checkout, given: Given) -> None:
    logs, group = checkout.aws("logs"), "/aws/lambda/catalog-local-health"

    with without(checkout.aws("iam"), lambda grant: grant.action.startswith("logs:"), "health"):
        request = given.user.get("/health").headers["X-Request-Id"]

        # The day this fails, the rights to write logs belong into NEEDED.
        assert eventually(
            lambda: logs.filter_log_events(logGroupName=group, filterPattern=f'"{request}"')[
                "events"
            ]
        )
