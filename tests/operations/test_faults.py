"""DynamoDB is slow, throttles or is gone while requests run: clients are told, and it passes."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from tests.operations.conftest import Checkout

pytestmark = pytest.mark.xdist_group("operations")

FUNCTION = "catalog-local-items"
ITEM = {"name": "Walnut desk", "price": {"amount": "449.00", "currency": "EUR"}}
LONGER_THAN_A_READ_SECONDS = 2.5
THROTTLED = {
    "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "message": "canary of DynamoDB",
}


class Table(ThreadingHTTPServer):
    """Stands between the function and DynamoDB, and does as `mood` says."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), TableHandler)
        self.behind = port
        self.mood = "well"

    @property
    def url(self) -> str:
        """Where the function finds it."""
        return f"http://127.0.0.1:{self.server_port}"


class TableHandler(BaseHTTPRequestHandler):
    """One connection of the function."""

    server: Table
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.mood == "gone":
            self.close_connection = True
            return
        if self.server.mood == "throttling":
            self.answer(400, json.dumps(THROTTLED).encode())
            return
        if self.server.mood == "slow":
            time.sleep(LONGER_THAN_A_READ_SECONDS)
        self.answer(*self.forwarded(body))

    def forwarded(self, body: bytes) -> tuple[int, bytes]:
        """What DynamoDB answers. The signature covers the host, which is passed on as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=10)
        connection.request("POST", self.path, body, dict(self.headers))
        answer = connection.getresponse()
        return answer.status, answer.read()

    def answer(self, status: int, body: bytes) -> None:
        """Answer as DynamoDB does."""
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def table(checkout: Checkout) -> Iterator[Table]:
    """A version of the function behind `live` that reaches its table through this one."""
    table = Table(checkout.port)
    threading.Thread(target=table.serve_forever, daemon=True).start()
    functions = checkout.aws("lambda")
    before = functions.get_alias(FunctionName=FUNCTION, Name="live")["FunctionVersion"]
    variables = functions.get_function_configuration(FunctionName=FUNCTION)["Environment"]
    diverted = variables["Variables"] | {"AWS_ENDPOINT_URL_DYNAMODB": table.url}
    functions.update_function_configuration(
        FunctionName=FUNCTION, Environment={"Variables": diverted}
    )
    version = functions.publish_version(FunctionName=FUNCTION)["Version"]
    functions.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version)
    yield table
    functions.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=before)
    functions.update_function_configuration(FunctionName=FUNCTION, Environment=variables)
    functions.delete_function(FunctionName=FUNCTION, Qualifier=version)
    table.shutdown()


@pytest.fixture
def api(checkout: Checkout, table: Table) -> Iterator[httpx.Client]:
    with checkout.api() as client:
        yield client
    table.mood = "well"


@pytest.mark.parametrize("mood", ["slow", "throttling", "gone"])
def test_a_table_that_fails_is_a_503_that_says_when_to_come_back(
    api: httpx.Client, table: Table, mood: str
) -> None:
    before = api.post("/items", json=ITEM)
    table.mood = mood

    during = api.get("/items", params={"limit": 1})

    table.mood = "well"
    after = api.get(f"/items/{before.json()['id']}")
    assert before.status_code == 201
    assert during.status_code == 503
    assert int(during.headers["Retry-After"]) >= 1
    assert during.headers["Content-Type"] == "application/problem+json"
    assert during.json()["type"] == "urn:catalog:problem:unavailable"
    assert "canary" not in during.text
    assert after.json() == before.json()


def test_requests_on_the_way_end_when_the_table_comes_back(api: httpx.Client, table: Table) -> None:
    table.mood = "throttling"
    threading.Timer(0.3, setattr, (table, "mood", "well")).start()

    answers = [api.post("/items", json=ITEM) for _ in range(3)]

    # Each was tried again until it was through, or the client was told to.
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert answers[-1].status_code == 201


def test_a_creation_tried_again_after_a_fault_makes_one_item(
    api: httpx.Client, table: Table
) -> None:
    key = {"Idempotency-Key": "after-a-fault"}
    table.mood = "slow"  # DynamoDB carries it out, but its answer comes too late

    lost = api.post("/items", json=ITEM | {"tags": ["after-a-fault"]}, headers=key)

    table.mood = "well"
    repeated = api.post("/items", json=ITEM | {"tags": ["after-a-fault"]}, headers=key)
    listed = api.get("/items", params={"tag": "after-a-fault"}).json()["items"]
    assert lost.status_code == 503
    assert repeated.status_code == 201
    assert repeated.headers["Idempotency-Replayed"] == "true"
    assert [item["id"] for item in listed] == [repeated.json()["id"]]
