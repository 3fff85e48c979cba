"""json and boto3: no framework, no validation, no logs, no metrics."""

from __future__ import annotations

import json
from typing import Any

import items_table


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer a request of API Gateway."""
    route = f"{event['httpMethod']} {event['resource']}"
    if route == "POST /items":
        return _answer(201, items_table.create(json.loads(event["body"])))
    if route == "GET /items":
        return _answer(200, {"items": items_table.newest(_limit(event))})
    if route == "GET /items/{itemId}":
        item = items_table.get(event["pathParameters"]["itemId"])
        return _answer(200, item) if item else _answer(404, {"title": "Not found"})
    return _answer(405, {"title": "Method not allowed"})


def _limit(event: dict[str, Any]) -> int:
    return int((event["queryStringParameters"] or {}).get("limit", 25))


def _answer(status: int, body: object) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
