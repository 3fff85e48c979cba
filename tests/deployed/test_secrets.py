"""Nothing that a client sends, and no key, is ever in a log."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import httpx
from tests.deployed.conftest import AwsClient, Json, item_input
from tests.local_aws.stack import eventually

JSON = {"Content-Type": "application/json"}
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


def logged(aws: AwsClient, since: float) -> Iterator[tuple[str, str]]:
    """Every line of every log group since a time, with the group's name."""
    logs = aws("logs")
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"], startTime=int(since * 1000)
            )
            for page in pages:
                for event in page["events"]:
                    yield group["logGroupName"], event["message"]


def succeed_and_fail_in_all_ways(client: httpx.Client, canary: str) -> httpx.Response:
    """Send the canary wherever a client can put one; returns the last answer."""
    key = {"Idempotency-Key": canary}
    body = item_input(
        canary[:40], name=canary, description=canary, attributes={canary[:40]: canary}
    )
    created = client.post("/items", json=body, headers=key)
    path = f"/items/{created.json()['id']}"
    client.post("/items", json=body, headers=key)
    client.post("/items", json=body | {"quantity": 2}, headers=key)
    client.post("/items", json=body, headers={b"Idempotency-Key": f"é{canary}".encode()})
    client.post("/items", json=body | {canary: 1})
    client.post("/items", json=body | {"price": {"amount": canary, "currency": "EUR"}})
    client.post("/items", content=f'{{"name": "{canary}", "name": "', headers=JSON)
    client.post("/items", content=canary, headers={"Content-Type": canary})
    client.post("/items", content=canary * 9000, headers=JSON | {"X-Canary": canary})
    client.put(path, json=body, headers={"If-Match": canary})
    client.patch(path, json={"attributes": {canary: canary * 20}}, headers=MERGE_PATCH)
    client.patch(path, content=f'{{"name": "{canary}", "name": "x"}}', headers=MERGE_PATCH)
    client.get("/items", params={"tag": canary[:40], "cursor": canary})
    client.get("/items", params={"status": canary, canary: canary})
    client.get(f"/items/{canary}", headers={"User-Agent": canary, "Referer": canary})
    client.get(f"/docs/{canary}")
    client.get(path, headers={"x-api-key": canary})
    return client.delete(path)


def test_logs_hold_neither_payloads_nor_keys(
    client: httpx.Client, aws: AwsClient, outputs: Json
) -> None:
    started = time.time() - 1
    canary = f"canary-{uuid.uuid4().hex}"
    secrets = {value for keys in outputs["api_keys"].values() for value in keys.values()}

    last = succeed_and_fail_in_all_ways(client, canary)

    request_id = last.headers["X-Request-Id"]
    eventually(lambda: sum(request_id in line for _, line in logged(aws, started)) > 1, seconds=5)
    lines = list(logged(aws, started))
    assert len(lines) > 30
    leaks = [(group, line) for group, line in lines if canary in line or _any_in(secrets, line)]
    assert leaks == []


def _any_in(secrets: set[str], line: str) -> bool:
    return any(secret in line for secret in secrets)
