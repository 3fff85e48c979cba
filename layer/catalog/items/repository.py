"""Items in DynamoDB: keys, conditions and queries, as docs/architecture.md lists them."""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection
from typing import Any

import msgspec

from catalog.dynamodb import ConditionFailedError, Row, Table
from catalog.errors import (
    ConflictError,
    IdempotencyKeyReusedError,
    NotFoundError,
    PreconditionFailedError,
)
from catalog.idempotency import IdempotencyRecord
from catalog.items.model import Item, ItemFilter, ItemInput, Price

Versions = Collection[int] | None
"""The versions that a write requires the item to be in; None where any will do."""

# A list stops looking for matches after this many queries of at most 1 MB each.
QUERY_LIMIT = 20
_TRANSACTION_TRIES = 4
# What a client says of an item, by the names that it is stored under.
_FIELDS = [field.encode_name for field in msgspec.structs.fields(ItemInput)]


class ItemRepository:
    """The items table, see terraform/modules/dynamodb for its keys and indexes."""

    def __init__(self, table: Table, owner_shards: int, status_index: bool) -> None:
        self._table = table
        self._owner_shards = owner_shards
        self._status_index = status_index

    def get(self, item_id: str, owner: str | None) -> Item:
        """The item, if it is the owner's; None for anybody's. Raises NotFoundError."""
        row = self._table.get({"id": item_id})
        if row is None or owner not in (None, row["ownerId"]):
            raise not_found(item_id)
        return _item(row)

    def create(self, item: Item) -> None:
        """Put a new item."""
        row = self._row(item)
        try:
            self._table.put(row, ConditionExpression="attribute_not_exists(id)")
        except ConditionFailedError as refusal:
            # The answer to the first try was lost, and botocore has tried again.
            if refusal.row != row:
                raise

    def create_once(self, item: Item, record: IdempotencyRecord) -> Item | None:
        """Put a new item together with the record of its request, or neither.

        Returns the item that an earlier request with this record created, None if this is the
        first. Raises IdempotencyKeyReusedError if the record stands for another request, and
        ConflictError if such a request is being processed at this moment.
        """
        for attempt in range(_TRANSACTION_TRIES):
            try:
                self._put_with(record, item)
            except ConditionFailedError as refusal:
                return _replay(record, refusal.row)
            except ConflictError:
                time.sleep(0.02 * 2**attempt)
            else:
                return None
        raise ConflictError("A request with this Idempotency-Key is being processed. Try again.")

    def _put_with(self, record: IdempotencyRecord, item: Item) -> None:
        now = time.time()
        self._table.put_together(
            record.row(msgspec.json.encode(item), now),
            self._row(item),
            # An expired record may stand for days until DynamoDB's TTL removes it.
            ConditionExpression="attribute_not_exists(id) OR expiresAt < :now",
            ExpressionAttributeValues={":now": int(now)},
        )

    def replace(
        self, item_id: str, owner: str, fields: ItemInput, versions: Versions, now: str
    ) -> Item:
        """Replace what a client may change, in one conditional write.

        Raises NotFoundError, PreconditionFailedError.
        """
        row = _stored(fields) | {"updatedAt": now}
        if self._status_index:
            row["ownerStatusShard"] = self._status_partition(owner, item_id, fields.status)
        absent = [name for name in _FIELDS if name not in row]
        names = {f"#{name}": name for name in [*row, *absent]}
        values = {f":{name}": value for name, value in row.items()}
        sets = ", ".join(f"#{name} = :{name}" for name in row)
        removes = f" REMOVE {', '.join(f'#{name}' for name in absent)}" if absent else ""
        condition, names_of, values_of = _condition(owner, versions)
        try:
            updated = self._table.update(
                {"id": item_id},
                UpdateExpression=f"SET {sets}, #version = #version + :one{removes}",
                ConditionExpression=condition,
                ExpressionAttributeNames=names | names_of | {"#version": "version"},
                ExpressionAttributeValues=values | values_of | {":one": 1},
            )
        except ConditionFailedError as refusal:
            raise _refused(item_id, owner, refusal) from refusal
        return _item(updated)

    def delete(self, item_id: str, owner: str, versions: Versions) -> None:
        """Delete in one conditional write. Raises NotFoundError, PreconditionFailedError."""
        condition, names, values = _condition(owner, versions)
        try:
            self._table.delete(
                {"id": item_id},
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ConditionFailedError as refusal:
            raise _refused(item_id, owner, refusal) from refusal

    def page(
        self, owner: str, criteria: ItemFilter, limit: int, after: str | None
    ) -> tuple[list[Item], str | None]:
        """At most `limit` items after a position, and the position to go on from, None at the end.

        Shards are read page by page, always the one that lags behind, until the rows that are known
        to be complete in every shard fill the page.
        """
        scans = [
            _ShardScan(self._table, index, partition, criteria, limit + 1, after)
            for index, partition in self._partitions(owner, criteria)
        ]
        queries_left = QUERY_LIMIT + len(scans)
        rows: list[Row] = []
        unfinished = list(scans)
        while unfinished and queries_left:
            laggard = min(unfinished, key=lambda scan: scan.progress)
            laggard.read()
            queries_left -= 1
            unfinished = [scan for scan in scans if not scan.finished]
            rows = _complete_rows(scans, unfinished, criteria.order)
            if len(rows) > limit:
                break
        items = [_item(row) for row in rows[:limit]]
        if len(rows) > limit:
            return items, rows[limit - 1]["createdAtId"]
        return items, _frontier(unfinished, criteria.order) if unfinished else None

    def _partitions(self, owner: str, criteria: ItemFilter) -> list[tuple[str, str]]:
        """The index and the partition keys that hold an owner's items."""
        shards = range(self._owner_shards)
        if self._status_index and criteria.status:
            return [("by_owner_status", f"{owner}#{n}#{criteria.status}") for n in shards]
        return [("by_owner", f"{owner}#{n}") for n in shards]

    def _row(self, item: Item) -> Row:
        row = _stored(item) | {
            "id": item.id,
            "version": item.version,
            "createdAt": item.created_at,
            "updatedAt": item.updated_at,
            "ownerId": item.owner_id,
            "ownerShard": f"{item.owner_id}#{self._shard(item.id)}",
            "createdAtId": f"{item.created_at}#{item.id}",
        }
        if self._status_index:
            row["ownerStatusShard"] = self._status_partition(item.owner_id, item.id, item.status)
        return row

    def _status_partition(self, owner: str, item_id: str, status: str) -> str:
        return f"{owner}#{self._shard(item_id)}#{status}"

    def _shard(self, item_id: str) -> int:
        return zlib.crc32(item_id.encode()) % self._owner_shards


class _ShardScan:
    """The matching rows of one partition of an index, read as far as needed."""

    def __init__(
        self,
        table: Table,
        index: str,
        partition: str,
        criteria: ItemFilter,
        wanted: int,
        after: str | None,
    ) -> None:
        self.rows: list[Row] = []
        self.position: str | None = after
        self.finished = False
        self._table = table
        self._ascending = criteria.order == "asc"
        self._read_size = wanted
        self._start_key: Row | None = None
        self._query = _query(index, partition, criteria, after)

    @property
    def progress(self) -> tuple[bool, Any]:
        """Sorts scans so that the one that lags behind comes first."""
        if self.position is None:
            return False, ""
        return True, self.position if self._ascending else _Descending(self.position)

    def read(self) -> None:
        """Read one more page, each larger than the last, so that rare matches cost few queries."""
        start = {"ExclusiveStartKey": self._start_key} if self._start_key else {}
        rows, self._start_key = self._table.query(**self._query, **start, Limit=self._read_size)
        self.rows += rows
        self.finished = self._start_key is None
        if self._start_key:
            self.position = self._start_key["createdAtId"]
        self._read_size *= 4


class _Descending(str):
    """A string that sorts the other way round."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _complete_rows(scans: list[_ShardScan], unfinished: list[_ShardScan], order: str) -> list[Row]:
    """The rows up to where every shard is read, in order: no shard can add one between them."""
    rows = [row for scan in scans for row in scan.rows]
    if any(scan.position is None for scan in unfinished):
        return []
    frontier = _frontier(unfinished, order) if unfinished else None
    if frontier is not None:
        known = str.__le__ if order == "asc" else str.__ge__
        rows = [row for row in rows if known(row["createdAtId"], frontier)]
    return sorted(rows, key=lambda row: row["createdAtId"], reverse=order == "desc")


def _frontier(unfinished: list[_ShardScan], order: str) -> str:
    """The position of the scan that lags behind. Each has been read at least once."""
    positions = [scan.position for scan in unfinished if scan.position is not None]
    return min(positions) if order == "asc" else max(positions)


def _query(index: str, partition: str, criteria: ItemFilter, after: str | None) -> dict[str, Any]:
    """The parameters of a query for the matching rows of a partition after a position."""
    hash_key = "ownerStatusShard" if index == "by_owner_status" else "ownerShard"
    key_condition = f"{hash_key} = :partition"
    values: Row = {":partition": partition}
    if after is not None:
        key_condition += f" AND createdAtId {'>' if criteria.order == 'asc' else '<'} :after"
        values[":after"] = after
    parameters: dict[str, Any] = {
        "IndexName": index,
        "KeyConditionExpression": key_condition,
        "ScanIndexForward": criteria.order == "asc",
    }
    filters = []
    if criteria.status and index == "by_owner":
        filters.append("#status = :status")
        values[":status"] = criteria.status
        parameters["ExpressionAttributeNames"] = {"#status": "status"}
    if criteria.tag:
        filters.append("contains(tags, :tag)")
        values[":tag"] = criteria.tag
    if criteria.updated_since:
        filters.append("updatedAt >= :updatedSince")
        values[":updatedSince"] = criteria.updated_since
    if filters:
        parameters["FilterExpression"] = " AND ".join(filters)
    return parameters | {"ExpressionAttributeValues": values}


def _condition(owner: str, versions: Versions) -> tuple[str, dict[str, str], Row]:
    """The item exists, is the owner's, and is in one of the versions."""
    names = {"#ownerId": "ownerId"}
    values: Row = {":ownerId": owner}
    if versions is None:
        return "#ownerId = :ownerId", names, values
    wanted = {f":version{n}": version for n, version in enumerate(versions or (0,))}
    condition = f"#ownerId = :ownerId AND #version IN ({', '.join(wanted)})"
    return condition, names | {"#version": "version"}, values | wanted


def _refused(item_id: str, owner: str, refusal: ConditionFailedError) -> Exception:
    if refusal.row is None or refusal.row["ownerId"] != owner:
        return not_found(item_id)
    return PreconditionFailedError(refusal.row["version"])


def _replay(record: IdempotencyRecord, row: Row | None) -> Item:
    """The result of the earlier request, if it was the same as this one."""
    if row is None:
        raise ConflictError("A request with this Idempotency-Key is being processed. Try again.")
    if row["fingerprint"] != record.fingerprint:
        raise IdempotencyKeyReusedError("This Idempotency-Key was used with another request body.")
    return msgspec.json.decode(row["result"], type=Item)


def _stored(fields: ItemInput) -> Row:
    """What a client says of an item, as it is stored.

    Attributes are kept as JSON: DynamoDB's numbers do not hold all that JSON's do, and no query
    looks into them.
    """
    row = msgspec.to_builtins(fields)
    stored = {name: row[name] for name in _FIELDS if name in row}
    return stored | {"attributes": msgspec.json.encode(fields.attributes).decode()}


def _item(row: Row) -> Item:
    """The item that a row holds; what only the table's keys need is left out."""
    return Item(
        id=row["id"],
        name=row["name"],
        description=row.get("description", msgspec.UNSET),
        price=Price(**row["price"]),
        quantity=row["quantity"],
        status=row["status"],
        tags=row["tags"],
        attributes=msgspec.json.decode(row["attributes"]),
        version=row["version"],
        created_at=row["createdAt"],
        updated_at=row["updatedAt"],
        owner_id=row["ownerId"],
    )


def not_found(item_id: str) -> NotFoundError:
    """The answer to an item that is not there, and to one that is somebody else's."""
    return NotFoundError(f"There is no item {item_id}.")
