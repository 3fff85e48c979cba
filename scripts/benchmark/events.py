"""The requests that are measured, as API Gateway's REST API hands them to a function."""

from __future__ import annotations

import json
from typing import Any

ITEM_ID = "01JQ7Z3N5E8WXTB9V4KMR2C6HD"
ITEM = {
    "name": "Walnut desk",
    "description": "Solid wood, 160 x 80 cm",
    "price": {"amount": "449.00", "currency": "EUR"},
    "quantity": 12,
    "status": "active",
    "tags": ["furniture", "office"],
    "attributes": {"weightKg": 38.5, "assembled": False, "wood": "walnut"},
}


def event(
    method: str, resource: str, *, item_id: str | None = None, body: object = None
) -> dict[str, Any]:
    """A proxy event."""
    path = resource.replace("{itemId}", item_id or "")
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Host": "abcdef1234.execute-api.eu-west-1.amazonaws.com",
        "User-Agent": "python-httpx/0.28",
        "X-Amzn-Trace-Id": "Root=1-67a1b2c3-0123456789abcdef01234567",
        "X-Forwarded-For": "192.0.2.10",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        "x-api-key": "0123456789abcdefghij",
    }
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"itemId": item_id} if item_id else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "httpMethod": method,
            "identity": {"apiKeyId": "k1a2b3c4d5", "sourceIp": "192.0.2.10"},
            "path": f"/v1{path}",
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTimeEpoch": 1767268800000,
            "resourceId": "123abc",
            "resourcePath": resource,
            "stage": "v1",
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


EVENTS = {
    "create": event("POST", "/items", body=ITEM),
    "get": event("GET", "/items/{itemId}", item_id=ITEM_ID),
    "list": event("GET", "/items"),
}
