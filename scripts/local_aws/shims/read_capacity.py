"""Gap: a read consumes the same capacity whatever it reads.

On AWS a read unit is 4 KB read strongly, half a unit 4 KB read eventually; a query counts the bytes
of its page together, rounded up once (DynamoDB Developer Guide, "Read consistency and capacity").
What a filter discards counts on AWS, too; here only what is returned can be seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from local_aws.emulator import dynamodb

_READ_UNIT_BYTES = 4096
Json = dict[str, Any]


def apply() -> None:
    """Count what was read."""
    dynamodb._add_consumed_capacity = _counting(dynamodb._add_consumed_capacity)


def _counting(add: Callable[..., None]) -> Callable[..., None]:
    def add_consumed_capacity(result: Json, *args: Any, write: bool = False, **kwargs: Any) -> None:
        add(result, *args, write=write, **kwargs)
        if not write and "ConsumedCapacity" in result:
            _multiply(result["ConsumedCapacity"], _units(result))

    return add_consumed_capacity


def _units(result: Json) -> int:
    items = result.get("Items") or [result.get("Item") or {}]
    size: int = sum(dynamodb._item_size_bytes(item) for item in items)
    return max(1, math.ceil(size / _READ_UNIT_BYTES))


def _multiply(capacity: Json, units: int) -> None:
    indexes = (capacity.get("GlobalSecondaryIndexes") or {}).values()
    for part in (capacity, capacity.get("Table"), *indexes):
        if part:
            part["CapacityUnits"] *= units
