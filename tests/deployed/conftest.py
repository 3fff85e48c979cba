"""The applied stack as its clients see it, and a look inside as its administrator."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from tests.contract.responses import keeps_to_contract

import stack
from local_aws.process import CREDENTIALS, REGION
from stack import StackError
from terraform_init import InitError
from users import Users

Json = dict[str, Any]
AwsClient = Callable[[str], Any]
CreateItem = Callable[..., Json]
SignIn = Callable[..., str]


@pytest.fixture(scope="session")
def outputs() -> Json:
    """What Terraform says of the stack, once it is known to answer."""
    try:
        outputs = stack.outputs("local")
        httpx.get(f"{outputs['api_url']}/health", timeout=10).raise_for_status()
    except (StackError, InitError, httpx.HTTPError) as error:
        pytest.fail(f"The stack does not answer, run `make up` first: {error}", pytrace=False)
    return outputs


@pytest.fixture(scope="session")
def aws(outputs: Json) -> AwsClient:
    """Makes clients of the local AWS's services, with the administrator's rights."""
    key, secret = CREDENTIALS.values()
    session = boto3.Session(key, secret, region_name=REGION)
    url = urlsplit(outputs["api_url"])

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=f"{url.scheme}://{url.netloc}")  # type: ignore[call-overload]

    return client


@pytest.fixture
def anonymous(outputs: Json) -> Iterator[httpx.Client]:
    """A client of the API without a key."""
    with _client(outputs, {}) as client:
        yield client


@pytest.fixture
def client(outputs: Json, token: str) -> Iterator[httpx.Client]:
    """A client of the API with a key that is not throttled, and a user who has signed in."""
    key = {"x-api-key": outputs["api_keys"]["tests"]["1"]}
    with _client(outputs, key | {"Authorization": f"Bearer {token}"}) as client:
        yield client


@pytest.fixture(scope="session")
def sign_in(outputs: Json) -> SignIn:
    """Makes a user and returns its ID token."""
    users = Users("local", outputs)

    def sign_in(*, admin: bool = False) -> str:
        email = f"{uuid.uuid4().hex}@example.com"
        return users.token(email, users.make(email, admin=admin))

    return sign_in


@pytest.fixture(scope="session")
def token(sign_in: SignIn) -> str:
    """The ID token of the user of these tests."""
    return sign_in()


def _client(outputs: Json, headers: dict[str, str]) -> httpx.Client:
    """A client that holds every answer against the contract."""
    url = outputs["api_url"]
    hooks = {"response": [keeps_to_contract(url)]}
    return httpx.Client(base_url=url, headers=headers, event_hooks=hooks, timeout=30)


@pytest.fixture
def tag() -> str:
    """A tag that no other test, and no other run, has."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
def create(client: httpx.Client, tag: str) -> CreateItem:
    """Creates an item that carries the test's tag."""

    def create(**fields: Any) -> Json:
        answer = client.post("/items", json=item_input(tag, **fields))
        assert answer.status_code == 201, answer.text
        item: Json = answer.json()
        return item

    return create


def item_input(tag: str, **fields: Any) -> Json:
    """A small valid body for POST and PUT."""
    price = {"amount": "449.00", "currency": "EUR"}
    return {"name": "Walnut desk", "price": price, "tags": [tag], **fields}


def assert_problem(answer: httpx.Response, status: int) -> Json:
    """The answer is a problem (RFC 9457) that can be found in the logs; returns its members."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: Json = answer.json()
    assert problem["status"] == status
    iana = "https://iana.org/assignments/http-problem-types#"
    assert problem["type"].startswith(("urn:catalog:problem:", iana))
    assert problem["title"]
    assert problem["detail"]
    assert problem["requestId"] == answer.headers["X-Request-Id"]
    return problem
