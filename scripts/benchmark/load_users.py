"""Users of the API who note what it has acknowledged to them."""

from __future__ import annotations

import random
from typing import Any

from locust import FastHttpUser, constant, task

from benchmark.events import ITEM
from benchmark.ledger import Ledger

KEPT_ITEMS = 20  # each user deletes only while it has more


class CatalogUser(FastHttpUser):
    """Creates, reads, lists, changes and deletes items without a pause. Changes only its own."""

    abstract = True  # `load.py` makes a class that knows the rest
    ledger: Ledger
    headers: list[dict[str, str]]
    """A key and a token for each user: the items of a user are its own."""
    wait_time = constant(0)

    def on_start(self) -> None:
        """Begin with one item."""
        self.own_headers = self.headers.pop()
        self.items: list[str] = []
        self.create()

    @task(3)
    def create(self) -> None:
        """Create an item; once acknowledged, it has to stay."""
        if answer := self._send("POST", "/items", 201, json=ITEM):
            self.ledger.versions[answer["id"]] = answer["version"]
            self.items.append(answer["id"])

    @task(5)
    def read(self) -> None:
        """Read one's own item."""
        if self.items:
            self._send("GET", f"/items/{random.choice(self.items)}", 200)  # noqa: S311

    @task(1)
    def read_page(self) -> None:
        """Read the first page."""
        self._send("GET", "/items", 200)

    @task(2)
    def patch(self) -> None:
        """Change one's own item; once acknowledged, its version never goes back."""
        if not self.items:
            return
        item = random.choice(self.items)  # noqa: S311
        change = {"quantity": random.randrange(100)}  # noqa: S311
        if answer := self._send("PATCH", f"/items/{item}", 200, json=change):
            self.ledger.versions[item] = answer["version"]

    @task(1)
    def delete(self) -> None:
        """Delete one's own oldest item; once acknowledged, it has to be gone."""
        if len(self.items) <= KEPT_ITEMS:
            return
        item = self.items.pop(0)
        self.ledger.versions.pop(item)
        if self._send("DELETE", f"/items/{item}", 204) is not None:
            self.ledger.deleted.add(item)

    def _send(self, method: str, path: str, expected: int, **body: Any) -> dict[str, Any] | None:
        """The answer if it is the expected one; others are counted as failures."""
        media_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = self.own_headers | {"Content-Type": media_type}
        name = f"{method} /items{'/{itemId}' if path.count('/') > 1 else ''}"
        with self.client.request(
            method, path, name=name, headers=headers, catch_response=True, **body
        ) as answer:
            if answer.status_code != expected:
                answer.failure(f"{answer.status_code} instead of {expected}")
                return None
            answer.success()
            found: dict[str, Any] = {} if expected == 204 else answer.json()
            return found
