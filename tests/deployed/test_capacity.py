"""What each access pattern costs: the table in docs/architecture.md, measured.

DynamoDB reports the units itself (`ReturnConsumedCapacity`). The local one follows its rules: 1 KB
a write unit, 4 KB a read unit, half of one when read eventually, double in a transaction's table
writes, and each index a write of its own.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.deployed.conftest import AwsClient, Json

from catalog import idempotency
from catalog.dynamodb import Table
from catalog.items.model import ItemFilter, ItemInput, Price
from catalog.items.repository import ItemRepository
from catalog.items.service import ItemService

ARCHITECTURE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
ANY_STATUS = ItemFilter(status=None, tag=None, updated_since=None, order="desc")
DRAFTS = ItemFilter(status="draft", tag=None, updated_since=None, order="desc")


def small_item(**fields: Any) -> ItemInput:
    """Some 400 bytes with its keys."""
    return ItemInput(name="Walnut desk", price=Price(amount="449.00", currency="EUR"), **fields)


def documented() -> dict[str, tuple[str, float, float]]:
    """Operation → requests to DynamoDB, read units, write units."""
    section = ARCHITECTURE.read_text().partition("\n## Access patterns\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([\d.]+) \| ([\d.]+) \|$", section, re.MULTILINE)
    return {row[0]: (row[1], float(row[2]), float(row[3])) for row in rows}


class Meter:
    """Notes which requests a DynamoDB client makes, and what they consume."""

    def __init__(self, client: Any) -> None:
        self.requests: list[str] = []
        self.read = self.written = 0.0
        client.meta.events.register("provide-client-params.dynamodb.*", self._ask)
        client.meta.events.register("after-call.dynamodb.*", self._note)

    def _ask(self, params: Json, **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def _note(self, model: Any, parsed: Json, **_: Any) -> None:
        self.requests.append(model.name)
        consumed = parsed["ConsumedCapacity"]
        tables = consumed if isinstance(consumed, list) else [consumed]
        units = sum(table["CapacityUnits"] for table in tables)
        if model.name in {"GetItem", "Query"}:
            self.read += units
        else:
            self.written += units

    def measure(self, operation: Callable[[], object]) -> tuple[str, float, float]:
        """What an operation asks and consumes."""
        self.requests, self.read, self.written = [], 0.0, 0.0
        operation()
        return ", ".join(self.requests), self.read, self.written


@pytest.fixture
def table(aws: AwsClient, outputs: Json) -> Table:
    return Table(aws("dynamodb"), outputs["table_name"])


def test_every_access_pattern_costs_what_the_documentation_says(table: Table) -> None:
    owner = f"capacity-{uuid.uuid4().hex}"
    service = ItemService(ItemRepository(table, owner_shards=1, status_index=True), "x" * 32)
    record = idempotency.record("client", "createItem", owner, small_item())
    item, _ = service.create(small_item(), owner)
    for _ in range(29):
        service.create(small_item(), owner)
    meter = Meter(table._client)

    operations: dict[str, Callable[[], object]] = {
        "create": lambda: service.create(small_item(), owner),
        "create with `Idempotency-Key`": lambda: service.create(small_item(), owner, record),
        "read": lambda: service.get(item.id, owner),
        "replace": lambda: service.replace(item.id, small_item(quantity=1), owner, None),
        "patch": lambda: service.patch(item.id, {"quantity": 2}, owner, None),
        "list 25 items": lambda: service.list(owner, ANY_STATUS, 25, None),
        "list 25 items by status": lambda: service.list(owner, DRAFTS, 25, None),
        "replace, with another status": lambda: service.replace(
            item.id, small_item(status="active"), owner, None
        ),
        "delete": lambda: service.delete(item.id, owner, None),
        "deep health": lambda: table.get({"id": "health"}, consistent=False),
    }
    measured = {name: meter.measure(operation) for name, operation in operations.items()}

    assert measured == documented()
