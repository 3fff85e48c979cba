"""Logs and metrics: one line a request, one metric an event, nothing of anybody's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit import gateway
from tests.unit.gateway import Client, item_input


def test_a_request_makes_one_line_with_the_documented_fields(items: Client) -> None:
    answer = items("GET", "/items")

    (line,) = answer.lines
    assert line.pop("latency_ms") >= 0
    assert line.pop("timestamp").endswith("+00:00")
    assert isinstance(line.pop("cold_start"), bool)
    assert line == {
        "level": "INFO",
        "message": "request",
        "service": "items",
        "request_id": "id-of-the-request",
        "route": "GET /items",
        "status": 200,
        "client": "key-of-the-tests",
    }


def test_head_is_logged_as_head(items: Client) -> None:
    assert items("HEAD", "/items").request_line["route"] == "HEAD /items"


def test_only_the_first_request_is_a_cold_start(table: Any) -> None:
    client = Client(gateway.load("items"))

    starts = [client("GET", "/items").request_line["cold_start"] for _ in range(3)]

    assert starts == [True, False, False]


def test_a_malformed_event_is_logged_as_one(items: Client) -> None:
    answer = items.invoke({"canary": "canary"})

    assert [line.get("message") for line in answer.lines][:2] == ["malformed event", "request"]
    assert answer.request_line["status"] == 400
    assert "client" not in answer.request_line


def test_each_event_of_the_business_is_counted(items: Client) -> None:
    created = items("POST", "/items", item_input())
    path = f"/items/{created.json['id']}"

    counted = [
        created.metrics,
        items("GET", path).metrics,
        items("PUT", path, item_input()).metrics,
        items("PATCH", path, {}).metrics,
        items("DELETE", path).metrics,
        items("DELETE", path).metrics,
    ]

    assert counted == [
        {"ItemCreated": [1.0]},
        {},
        {"ItemUpdated": [1.0]},
        {"ItemUpdated": [1.0]},
        {"ItemDeleted": [1.0]},
        {"HandledError": [1.0]},
    ]


def test_a_replayed_creation_is_not_counted(items: Client) -> None:
    headers = {"Idempotency-Key": "1"}
    items("POST", "/items", item_input(), headers=headers)

    assert items("POST", "/items", item_input(), headers=headers).metrics == {}


def test_metrics_are_in_the_line_of_the_request_in_the_embedded_format(items: Client) -> None:
    answer = items("POST", "/items", item_input())

    (line,) = answer.lines
    assert line["message"] == "request"
    assert line["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "catalog-unit",
            "Dimensions": [["service"]],
            "Metrics": [{"Name": "ItemCreated", "Unit": "Count"}],
        }
    ]
    assert line["service"] == "items"


@pytest.mark.parametrize(
    ("method", "path", "body", "options"),
    [
        ("POST", "/items", item_input(), {}),
        ("POST", "/items", item_input(), {"headers": {"Idempotency-Key": "canary-idem"}}),
        ("POST", "/items", '{"canary-field": "canary', {}),
        ("POST", "/items", item_input(canary="canary"), {}),
        ("POST", "/items", item_input(status="canary"), {}),
        ("POST", "/items", item_input(), {"content_type": "text/canary"}),
        ("POST", "/items", "canary" * 100_000, {}),
        ("POST", "/items", '{"canary": 1, "canary": 2}', {}),
        ("GET", "/items", None, {"query": {"cursor": "canary"}}),
        ("GET", "/items", None, {"query": {"canary": "canary"}}),
        ("GET", "/items", None, {"query": {"tag": "canary"}}),
        ("GET", "/items/canary", None, {"headers": {"Authorization": "Bearer canary-token"}}),
        ("GET", "/canary", None, {}),
        ("DELETE", "/items/01JQ7Z3N5E8WXTB9V4KMR2C6HD", None, {"headers": {"If-Match": "canary"}}),
        ("CANARY", "/items", None, {}),
    ],
)
def test_nothing_that_a_client_sends_is_logged(
    items: Client, method: str, path: str, body: Any, options: Any
) -> None:
    event = gateway.proxy_event(method, path, body, **options)
    # The gateway's own words for the route; what the client sent is elsewhere.
    event["requestContext"] |= {"httpMethod": "GET", "resourcePath": "/items"}

    answer = items.invoke(event)

    assert answer.request_line["status"] == answer.status
    assert "canary" not in answer.output.lower()
