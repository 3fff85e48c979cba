"""A client of the functions that stands where API Gateway does: events in, answers out."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import io
import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

PROJECT = Path(__file__).resolve().parents[2]
API_KEY = "canary-key-0f5f0d1f6c6d4b5e9d1e"
CURSOR_SECRET = "canary-secret-7a1e7bd0c4f94c0f9e1a"  # noqa: S105 - of the tests
PAYLOAD = "canary-payload"
USER, OTHER_USER = "0e5c4e1a-user", "7b21d9f3-other"
POOL, POOL_CLIENT = "eu-west-1_pool", "client-of-the-pool"
COST_CLASSES = ("read", "list", "write", "auth", "username", "username_total", "usage")
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_SERVICE_NAME": "items",
    "POWERTOOLS_METRICS_NAMESPACE": "catalog-unit",
    "POWERTOOLS_LOG_LEVEL": "DEBUG",
    "ENVIRONMENT": "unit",
    "CORS_ALLOW_ORIGINS": "",
    "TABLE_NAME": "items",
    "OWNER_SHARDS": "2",
    "STATUS_INDEX": "true",
    "CURSOR_SECRET": CURSOR_SECRET,
    "LIMITS_TABLE_NAME": "limits",
    # More than any test asks for.
    "RATE_LIMITS": json.dumps(
        {name: {"rate": 1000, "burst": 100_000, "lease": 1000} for name in COST_CLASSES}
    ),
    "AUTHORIZATION": "jwt_and_api_key",
    "USER_POOL_CLIENT_ID": POOL_CLIENT,
    "USER_POOL_ID": POOL,
}


def id_token(user: str = USER, **claims: str) -> dict[str, str]:
    """What API Gateway's authorizer says of a user's ID token: all claims are texts."""
    return {"sub": user, "token_use": "id", "aud": POOL_CLIENT} | claims


SIGNED_IN = id_token()


def load(function: str, *, file: Path | None = None, **variables: str) -> ModuleType:
    """A function's module, started afresh in an environment of its own."""
    path = file or PROJECT / "functions" / function / "handler.py"
    spec = importlib.util.spec_from_file_location(f"{function}_{secrets.token_hex(4)}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where msgspec looks for the types of the module's structs
    with mock.patch.dict(os.environ, ENVIRONMENT | variables):
        spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Answer:
    """What API Gateway gets back, and what the function wrote meanwhile."""

    raw: dict[str, Any]
    output: str

    @property
    def status(self) -> int:
        return int(self.raw["statusCode"])

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw["multiValueHeaders"].items()
        return {
            name.lower(): value if isinstance(value, str) else ", ".join(value)
            for name, value in lines
        }

    @property
    def text(self) -> str:
        return str(self.raw["body"])

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log lines and the metrics."""
        return [json.loads(line) for line in self.output.split("\n") if line]

    @property
    def request_line(self) -> dict[str, Any]:
        (line,) = [line for line in self.lines if line.get("message") == "request"]
        return line

    @property
    def metrics(self) -> dict[str, Any]:
        """Metric → value, of all EMF lines."""
        return {
            metric["Name"]: line[metric["Name"]]
            for line in self.lines
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", [])
            for metric in directive["Metrics"]
        }


@dataclass
class Client:
    """Calls one function; keeps all that it wrote."""

    function: ModuleType
    api_key_id: str = "key-of-the-tests"
    claims: Mapping[str, str] | None = field(default_factory=lambda: SIGNED_IN)
    headers: Mapping[str, str] = field(default_factory=dict)
    output: str = ""

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a request. A body that is no text is sent as JSON; `query` maps to one or many."""
        event = proxy_event(
            method, path, body, api_key_id=self.api_key_id, claims=self.claims, **options
        )
        event["headers"] = dict(self.headers) | event["headers"]
        event["multiValueHeaders"] = {k: [v] for k, v in event["headers"].items()}
        return self.invoke(event)

    def invoke(self, event: Any) -> Answer:
        """Invoke the function with any event."""
        with captured() as output:
            raw = self.function.lambda_handler(
                event, SimpleNamespace(aws_request_id="id-of-the-invocation")
            )
        json.dumps(raw)  # what Lambda does with it
        self.output += output.getvalue()
        return Answer(raw, output.getvalue())

    def create(self, **fields: Any) -> dict[str, Any]:
        """A new item."""
        answer = self("POST", "/items", item_input(**fields))
        assert answer.status == 201, answer.text
        return dict(answer.json)


@contextlib.contextmanager
def captured() -> Iterator[io.StringIO]:
    """All that a function writes: log lines, metrics, and what nobody should."""
    from catalog import telemetry

    handler = telemetry.logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    output = io.StringIO()
    before = handler.setStream(output)
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            yield output
    finally:
        handler.setStream(before or sys.stdout)


def proxy_event(
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Mapping[str, str | list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    content_type: str | None = None,
    api_key_id: str = "key-of-the-tests",
    source_ip: str = "192.0.2.1",
    claims: Mapping[str, str] | None = SIGNED_IN,
) -> dict[str, Any]:
    """An event of a REST API with proxy integration.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    sent = {"Host": "api.example", "x-api-key": API_KEY} | dict(headers or {})
    if body is not None:
        default = MERGE_PATCH if method == "PATCH" else JSON
        sent["Content-Type"] = content_type or default
    values = {n: [v] if isinstance(v, str) else v for n, v in (query or {}).items()}
    encoded = isinstance(body, bytes)
    text = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    resource = "/items/{itemId}" if path.startswith("/items/") else path
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {n: v[-1] for n, v in values.items() if v} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": {"itemId": path.removeprefix("/items/")} if "{" in resource else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "authorizer": {"claims": dict(claims)} if claims else None,
            "domainName": "api.example",
            "httpMethod": method,
            "identity": {
                "apiKey": API_KEY,
                "apiKeyId": api_key_id,
                "sourceIp": source_ip,
                "userAgent": "pytest",
            },
            "path": f"/v1{path}",
            "protocol": "HTTP/1.1",
            "requestId": "id-of-the-request",
            "requestTimeEpoch": 1767268800000,
            "resourceId": "res123",
            "resourcePath": resource,
            "stage": "v1",
        },
        "body": text if text is None or isinstance(text, str) else json.dumps(text),
        "isBase64Encoded": encoded,
    }


def item_input(**fields: Any) -> dict[str, Any]:
    """A valid item as a client sends it, its payload marked."""
    return {
        "name": f"{PAYLOAD} desk",
        "price": {"amount": "449.00", "currency": "EUR"},
        "attributes": {"wood": PAYLOAD},
    } | fields
