"""Signing up, in and out through the gateway, with the user pool behind the function."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.deployed.conftest import AwsClient, Json, assert_problem
from tests.deployed.test_secrets import logged
from tests.local_aws.authenticator import one_time_code
from tests.local_aws.stack import eventually

PASSWORD, NEW_PASSWORD = f"Aa1!{uuid.uuid4().hex}", f"Bb2!{uuid.uuid4().hex}"
CODE, RESET_CODE = "123456", "654321"  # of the local AWS, for everybody


class User:
    """Somebody with an email address and the client's key."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.email = f"{uuid.uuid4().hex}@example.com"
        self.tokens: Json = {}

    def post(self, route: str, **fields: Any) -> httpx.Response:
        """Send something about the email address."""
        return self.client.post(f"/auth/{route}", json={"email": self.email, **fields})

    def sign_up(self) -> User:
        assert self.post("signup").status_code == 202
        assert self.post("confirm", code=CODE, password=PASSWORD).status_code == 204
        return self

    def sign_in(self, password: str = PASSWORD) -> Json:
        answer = self.post("login", password=password)
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return self.tokens

    def refresh(self, token: str) -> httpx.Response:
        return self.client.post("/auth/refresh", json={"refreshToken": token})

    def me(self, method: str = "GET", path: str = "", **body: str) -> httpx.Response:
        """Send something about the user whose ID token it is."""
        headers = {"Authorization": f"Bearer {self.tokens['idToken']}"}
        options: Any = {"json": body} if body else {}
        return self.client.request(method, f"/auth/me{path}", headers=headers, **options)


@pytest.fixture
def user(client: httpx.Client) -> User:
    return User(client)


@pytest.fixture
def pool(aws: AwsClient, outputs: Json) -> Callable[..., Any]:
    """Calls the user pool as its administrator."""
    cognito = aws("cognito-idp")
    pools = cognito.list_user_pools(MaxResults=60)["UserPools"]
    (pool_id,) = [each["Id"] for each in pools if each["Name"] == "catalog-local"]
    return lambda operation, **options: getattr(cognito, operation)(UserPoolId=pool_id, **options)


def test_a_user_lives_a_life(user: User) -> None:
    user.sign_up()
    user.sign_in()

    me = user.me()
    assert me.status_code == 200
    assert me.json() == me.json() | {
        "email": user.email,
        "emailVerified": True,
        "groups": [],
        "mfa": False,
    }
    assert user.me("DELETE").status_code == 204
    assert_problem(user.post("login", password=PASSWORD), 401)
    assert_problem(user.me(), 401)


def test_a_refresh_token_is_rotated_and_ends_at_logout(user: User) -> None:
    user.sign_up()
    first = user.sign_in()["refreshToken"]

    renewed = user.refresh(first)
    second = renewed.json()["refreshToken"]
    logged_out = user.client.post("/auth/logout", json={"refreshToken": second})

    assert renewed.status_code == 200
    assert second != first
    assert logged_out.status_code == 204
    assert_problem(user.refresh(second), 401)


def test_what_is_no_refresh_token_renews_nothing(user: User) -> None:
    problem = assert_problem(user.refresh("not.a.token"), 401)

    assert problem["type"] == "urn:catalog:problem:invalid-token"
    assert user.client.post("/auth/logout", json={"refreshToken": "no"}).status_code == 204


def test_who_forgot_the_password_sets_another_and_is_signed_out(user: User) -> None:
    user.sign_up()
    before = user.sign_in()["refreshToken"]

    assert user.post("forgot-password").status_code == 202
    wrong = user.post("reset-password", code="000000", newPassword=NEW_PASSWORD)
    right = user.post("reset-password", code=RESET_CODE, newPassword=NEW_PASSWORD)

    assert_problem(wrong, 422)
    assert right.status_code == 204
    assert_problem(user.post("login", password=PASSWORD), 401)
    assert_problem(user.refresh(before), 401)
    user.sign_in(NEW_PASSWORD)


def test_who_has_an_authenticator_needs_its_code(user: User) -> None:
    user.sign_up()
    token = user.sign_in()["accessToken"]
    secret = user.me("POST", "/totp", accessToken=token).json()["secret"]
    assert_problem(user.me("PUT", "/totp", accessToken=token, code="000000"), 422)
    on = user.me("PUT", "/totp", accessToken=token, code=one_time_code(secret))
    assert on.status_code == 204

    challenge = user.post("login", password=PASSWORD).json()
    session = {"session": challenge["session"]}
    assert challenge["challenge"] == "SOFTWARE_TOKEN_MFA"
    assert_problem(user.post("challenge", **session, code="000000"), 401)
    assert_problem(user.post("challenge", **session, newPassword=NEW_PASSWORD), 401)
    answer = user.post("challenge", **session, code=one_time_code(secret))
    assert answer.status_code == 200, answer.text

    user.tokens = answer.json()
    assert user.me().json()["mfa"] is True
    assert user.me("DELETE", "/totp").status_code == 204
    assert "idToken" in user.sign_in()


def test_who_was_invited_sets_a_password_of_their_own(user: User, pool: Callable[..., Any]) -> None:
    pool(
        "admin_create_user", Username=user.email, TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )  # fmt: skip

    challenge = user.post("login", password=PASSWORD).json()
    answer = user.post("challenge", session=challenge["session"], newPassword=NEW_PASSWORD)

    assert challenge["challenge"] == "NEW_PASSWORD_REQUIRED"
    assert answer.status_code == 200, answer.text
    user.sign_in(NEW_PASSWORD)


def test_a_user_sees_their_groups(user: User, pool: Callable[..., Any]) -> None:
    user.sign_up()
    pool("admin_add_user_to_group", Username=user.email, GroupName="admin")

    user.sign_in()

    assert user.me().json()["groups"] == ["admin"]


@pytest.mark.parametrize("state", ["unconfirmed", "confirmed", "disabled"])
def test_a_stranger_learns_nothing_about_an_address(
    user: User, pool: Callable[..., Any], state: str
) -> None:
    nobody = User(user.client)
    user.post("signup")
    if state != "unconfirmed":
        user.post("confirm", code=CODE, password=PASSWORD)
    if state == "disabled":
        pool("admin_disable_user", Username=user.email)
    routes: dict[str, dict[str, str]] = {
        "resend": {},
        "forgot-password": {},
        "confirm": {"code": "000000", "password": NEW_PASSWORD},
        "reset-password": {"code": "000000", "newPassword": NEW_PASSWORD},
        "login": {"password": NEW_PASSWORD},
        "challenge": {"session": "made-up-by-a-stranger", "newPassword": NEW_PASSWORD},
        "signup": {},
    }

    for route, fields in routes.items():
        assert seen(user.post(route, **fields)) == seen(nobody.post(route, **fields)), route


def seen(answer: httpx.Response) -> tuple[int, Json, Json]:
    """All that a client sees, but for what differs from request to request."""
    body = {name: value for name, value in answer.json().items() if name != "requestId"}
    ids = ("date", "x-amz", "x-request-id")
    differ = ("ratelimit", "retry-after")  # how often one may ask is each address's own
    headers = {
        n: value for n, value in answer.headers.items() if not n.startswith(ids) and n not in differ
    }
    return answer.status_code, body, headers


@pytest.mark.parametrize("token", ["accessToken", "refreshToken", None])
def test_what_is_no_id_token_names_nobody(user: User, token: str | None) -> None:
    tokens = user.sign_up().sign_in()
    user.tokens = {"idToken": tokens[token] if token else "none"}

    assert_problem(user.me(), 401)


def test_without_a_key_nobody_signs_in(anonymous: httpx.Client) -> None:
    assert_problem(User(anonymous).post("login", password=PASSWORD), 403)


def test_logs_hold_no_address_password_code_token_or_session(user: User, aws: AwsClient) -> None:
    started = time.time() - 1
    user.sign_up()
    tokens = user.sign_in()
    secret = user.me("POST", "/totp", accessToken=tokens["accessToken"]).json()["secret"]
    code = one_time_code(secret)
    user.me("PUT", "/totp", accessToken=tokens["accessToken"], code=code)
    session = user.post("login", password=PASSWORD).json()["session"]
    user.post("login", password=NEW_PASSWORD)
    user.post("challenge", session=session, code="000000")
    user.post("confirm", code=CODE, password=PASSWORD.lower(), more=NEW_PASSWORD)
    user.post("forgot-password")
    user.post("reset-password", code=RESET_CODE, newPassword=NEW_PASSWORD)
    user.refresh(tokens["refreshToken"])
    last = user.me("DELETE")

    request_id = last.headers["X-Request-Id"]
    eventually(lambda: sum(request_id in line for _, line in logged(aws, started)) > 1, seconds=5)
    sent = {user.email, PASSWORD, PASSWORD.lower(), NEW_PASSWORD, secret, session}
    sent |= {str(tokens[name]) for name in ("idToken", "accessToken", "refreshToken")}
    leaks = [line for _, line in logged(aws, started) if any(each in line for each in sent)]
    assert leaks == []
