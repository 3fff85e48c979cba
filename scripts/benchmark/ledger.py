"""What a load was told, and whether the API still says so."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

CHECKERS = 4


@dataclass(frozen=True)
class Request:
    """When a request ended, how long it took, and whether it failed."""

    ended: float
    milliseconds: float
    failed: bool


@dataclass
class Ledger:
    """What the API has acknowledged, and how each request went."""

    versions: dict[str, int] = field(default_factory=dict)
    """Item → the version acknowledged last."""
    deleted: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)

    def note(self, response_time: float, exception: object, **_: Any) -> None:
        """Keep how a request went: locust calls this after each."""
        self.requests.append(Request(time.monotonic(), response_time, exception is not None))


def lost(client: httpx.Client, ledger: Ledger) -> list[str]:
    """Compare the API with the ledger. Returns a line for each item that is not as acknowledged."""
    items = [*ledger.versions, *ledger.deleted]
    with ThreadPoolExecutor(CHECKERS) as pool:
        found = pool.map(lambda item: _version(client, item), items)
    return [
        f"{item}: version {ledger.versions.get(item)} was acknowledged, {version} is there."
        for item, version in zip(items, found, strict=True)
        if not _holds(ledger.versions.get(item), version)
    ]


def clean_up(client: httpx.Client, ledger: Ledger) -> None:
    """Delete the items that the load has left."""
    with ThreadPoolExecutor(CHECKERS) as pool:
        list(pool.map(lambda item: client.delete(f"/items/{item}"), ledger.versions))


def _version(client: httpx.Client, item: str) -> int | None:
    answer = client.get(f"/items/{item}")
    if answer.status_code == 404:
        return None
    version: int = answer.raise_for_status().json()["version"]
    return version


def _holds(acknowledged: int | None, found: int | None) -> bool:
    """A later version is a change whose answer did not arrive."""
    if acknowledged is None or found is None:
        return acknowledged == found
    return found >= acknowledged
