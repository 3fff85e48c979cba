"""Who may call what: the matrix in docs/authorization.md, cell by cell, on the running stack."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.deployed.conftest import AwsClient, Json, assert_problem, item_input
from tests.local_aws import tokens
from tests.local_aws.authenticator import one_time_code
from tests.unit.contract import document

import users

PAGE = Path(__file__).resolve().parents[2] / "docs" / "authorization.md"
CODE, RESET_CODE = "123456", "654321"  # of the local AWS, for everybody
METHODS = {"get", "post", "put", "patch", "delete"}
# What API Gateway lets through, so that the function must look.
MET_BY_THE_FUNCTION = {"other client"}


def matrix() -> list[tuple[str, str, int]]:
    """Each cell of the table: route, caller and status."""
    table = PAGE.read_text().partition("\n| route |")[2].partition("\n\n")[0]
    header, _, *body = [[cell.strip() for cell in row.split("|")] for row in table.splitlines()]
    return [
        (row[1].strip("`"), caller, int(status))
        for row in body
        for caller, status in zip(header[:-1], row[2:-1], strict=True)
    ]


class Person:
    """A user who has signed in through the API."""

    def __init__(self, stack: Stack, *, admin: bool = False) -> None:
        self.email = f"{uuid.uuid4().hex}@example.com"
        self.password = stack.users.make(self.email, admin=admin)
        self.tokens: Json = stack.auth("login", email=self.email, password=self.password).json()
        self.id_token: str = self.tokens["idToken"]


class Stack:
    """The running stack, and what a cell needs to be tried."""

    def __init__(self, outputs: Json, cognito: Any, http: httpx.Client) -> None:
        self.users = users.Users("local", outputs)
        self.key = {"x-api-key": outputs["api_keys"]["tests"]["1"]}
        self.http = http
        self._cognito = cognito
        self._pool = outputs["user_pool_id"]
        self._tokens: dict[tuple[str, str], str] = {}
        self.clients: list[str] = []
        self.pools: list[str] = []

    def auth(self, route: str, **body: str) -> httpx.Response:
        return self.http.post(f"/auth/{route}", json=body, headers=self.key)

    def headers(self, caller: str, person: Person) -> dict[str, str]:
        """What a caller of a column sends."""
        if caller == "nothing":
            return {}
        if caller == "key only":
            return self.key
        if (caller, person.email) not in self._tokens:
            self._tokens[caller, person.email] = self._token(caller, person)
        bearer = {"Authorization": f"Bearer {self._tokens[caller, person.email]}"}
        return bearer if caller == "token only" else self.key | bearer

    def _token(self, caller: str, person: Person) -> str:
        match caller:
            case "expired":
                token = self._of_another_client(person, IdTokenValidity=1)
                time.sleep(1.1)
                return token
            case "tampered":
                return tokens.tampered(person.id_token)
            case "alg none":
                return tokens.unsigned(person.id_token)
            case "other pool":
                return self._of_another_pool(person)
            case "other client":
                return self._of_another_client(person)
            case "access token":
                return str(person.tokens["accessToken"])
        return person.id_token

    def _of_another_client(self, person: Person, **settings: Any) -> str:
        client = self._client(self._pool, **settings)
        self.clients.append(client)
        return self._sign_in(self._pool, client, person.email, person.password)

    def _of_another_pool(self, person: Person) -> str:
        pool = self._cognito.create_user_pool(PoolName=uuid.uuid4().hex)["UserPool"]["Id"]
        self.pools.append(pool)
        self._cognito.admin_create_user(UserPoolId=pool, Username=person.email)
        self._cognito.admin_set_user_password(
            UserPoolId=pool, Username=person.email, Password=person.password, Permanent=True
        )
        return self._sign_in(pool, self._client(pool), person.email, person.password)

    def _client(self, pool: str, **settings: Any) -> str:
        if settings:
            settings["TokenValidityUnits"] = {"IdToken": "seconds"}
        client = self._cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="another",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"], **settings,
        )  # fmt: skip
        return str(client["UserPoolClient"]["ClientId"])

    def _sign_in(self, pool: str, client: str, email: str, password: str) -> str:
        answer = self._cognito.admin_initiate_auth(
            UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )  # fmt: skip
        return str(answer["AuthenticationResult"]["IdToken"])

    def invited(self) -> Json:
        """Somebody who must set a password: what answers the challenge of their sign-in."""
        email, password = f"{uuid.uuid4().hex}@example.com", users.new_password()
        self._cognito.admin_create_user(
            UserPoolId=self._pool, Username=email, TemporaryPassword=password,
            MessageAction="SUPPRESS",
        )  # fmt: skip
        session = self.auth("login", email=email, password=password).json()["session"]
        return {"email": email, "session": session, "newPassword": users.new_password()}

    def clean(self) -> None:
        for client in self.clients:
            self._cognito.delete_user_pool_client(UserPoolId=self._pool, ClientId=client)
        for pool in self.pools:
            self._cognito.delete_user_pool(UserPoolId=pool)


@pytest.fixture(scope="module")
def stack(outputs: Json, aws: AwsClient) -> Iterator[Stack]:
    with httpx.Client(base_url=outputs["api_url"], timeout=30) as http:
        stack = Stack(outputs, aws("cognito-idp"), http)
        yield stack
        stack.clean()


@pytest.fixture(scope="module")
def owner(stack: Stack) -> Person:
    """Whose item the routes are called for."""
    return Person(stack)


@pytest.fixture
def person(stack: Stack, owner: Person, caller: str, route: str) -> Person:
    """Who sends the request. A route about users is about one who has done nothing yet."""
    if caller == "other user":
        return Person(stack)
    if caller == "admin":
        return Person(stack, admin=True)
    return Person(stack) if "/auth/me" in route else owner


def request(stack: Stack, owner: Person, person: Person, route: str) -> dict[str, Any]:
    """A request that would be carried out for one who may: path and body."""
    method, path = route.split(" ")
    body: Json | None = None
    if "{itemId}" in path:
        headers = stack.key | {"Authorization": f"Bearer {owner.id_token}"}
        created = stack.http.post("/items", json=item_input("matrix"), headers=headers)
        path = path.format(itemId=created.json()["id"])
    if method in ("POST", "PUT") and path.startswith("/items"):
        body = item_input("matrix")
    if method == "PATCH":
        body = {"quantity": 7}
    if path.startswith("/auth/"):
        body = body_of(stack, person, route)
    return {"method": method, "url": path.format(asset="init.js"), "json": body}


def body_of(stack: Stack, person: Person, route: str) -> Json | None:
    """What a route of `auth` takes, right and in time."""
    email = f"{uuid.uuid4().hex}@example.com"
    match route.split(" ")[1].removeprefix("/auth/"):
        case "signup":
            return {"email": email}
        case "confirm":
            stack.auth("signup", email=email)
            return {"email": email, "code": CODE, "password": users.new_password()}
        case "challenge":
            return stack.invited()
        case "me/totp" if not route.startswith("DELETE"):
            return authenticator(stack, person, route)
        case "me" | "me/totp":
            return None
    return body_of_known(stack, email, route)


def body_of_known(stack: Stack, email: str, route: str) -> Json:
    """What a route takes of somebody who is a user already."""
    password = stack.users.make(email)
    match route:
        case "POST /auth/login":
            return {"email": email, "password": password}
        case "POST /auth/reset-password":
            stack.auth("forgot-password", email=email)
            return {"email": email, "code": RESET_CODE, "newPassword": users.new_password()}
        case "POST /auth/refresh" | "POST /auth/logout":
            given = stack.auth("login", email=email, password=password).json()
            return {"refreshToken": given["refreshToken"]}
    return {"email": email}


def authenticator(stack: Stack, person: Person, route: str) -> Json:
    body = {"accessToken": person.tokens["accessToken"]}
    if route.startswith("POST"):
        return body
    headers = stack.key | {"Authorization": f"Bearer {person.id_token}"}
    made = stack.http.post("/auth/me/totp", json=body, headers=headers)
    return body | {"code": one_time_code(made.json()["secret"])}


@pytest.mark.parametrize(("route", "caller", "status"), matrix())
def test_a_route_answers_a_caller_as_the_matrix_says(
    stack: Stack, owner: Person, person: Person, route: str, caller: str, status: int
) -> None:
    sent = request(stack, owner, person, route)
    content = {"Content-Type": "application/merge-patch+json"} if "PATCH" in route else {}

    answer = stack.http.request(**sent, headers=stack.headers(caller, person) | content)

    assert answer.status_code == status, answer.text
    if status in (401, 403):
        assert_problem(answer, status)
        by_the_function = "Strict-Transport-Security" in answer.headers  # in all its answers
        assert by_the_function == (caller in MET_BY_THE_FUNCTION)


def test_the_matrix_has_every_route_of_the_contract() -> None:
    written = {route for route, _, _ in matrix()}

    paths = document()["paths"].items()
    declared = {f"{m.upper()} {path}" for path, item in paths for m in item if m in METHODS}

    assert written == declared


def test_an_admin_reads_anothers_list_and_creates_for_them(stack: Stack, owner: Person) -> None:
    headers = stack.key | {"Authorization": f"Bearer {Person(stack, admin=True).id_token}"}
    of_owner = {"ownerId": tokens.claims(owner.id_token)["sub"]}

    created = stack.http.post("/items", json=item_input("m"), params=of_owner, headers=headers)
    listed = stack.http.get("/items", params=of_owner, headers=headers).json()["items"]

    assert created.status_code == 201
    assert created.json()["ownerId"] == of_owner["ownerId"]
    assert created.json()["id"] in [item["id"] for item in listed]


def test_others_are_refused_anothers_list(stack: Stack, owner: Person) -> None:
    headers = stack.key | {"Authorization": f"Bearer {Person(stack).id_token}"}
    of_owner = {"ownerId": tokens.claims(owner.id_token)["sub"]}

    assert_problem(stack.http.get("/items", params=of_owner, headers=headers), 403)


def test_who_is_refused_for_the_token_is_told_how_to_come_back(stack: Stack) -> None:
    answer = stack.http.get("/items", headers=stack.key)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
