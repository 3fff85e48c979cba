"""What can be done with items: the rules between the HTTP edge and the table."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
from ulid import ULID

from catalog import patch, telemetry
from catalog.errors import (
    ConflictError,
    PreconditionFailedError,
    UnprocessableError,
)
from catalog.idempotency import IdempotencyRecord
from catalog.items import cursor
from catalog.items.model import Item, ItemFilter, ItemInput, ItemPage, input_of
from catalog.items.repository import ItemRepository, Versions, not_found
from catalog.validation import explain

_PATCH_TRIES = 12
_ULID_LENGTH = 26


class ItemService:
    """The operations of the contract.

    A scope is the owner whose items the caller sees, None for everybody's.
    """

    def __init__(self, repository: ItemRepository, cursor_secret: str) -> None:
        self._repository = repository
        self._cursor_secret = cursor_secret

    def create(
        self, fields: ItemInput, owner: str, record: IdempotencyRecord | None = None
    ) -> tuple[Item, bool]:
        """The new item, or the one that an earlier request with this record made, and which."""
        item = _new(fields, owner)
        if record is None:
            self._repository.create(item)
        elif earlier := self._repository.create_once(item, record):
            return earlier, True
        telemetry.count("ItemCreated")
        return item, False

    def get(self, item_id: str, scope: str | None) -> Item:
        """The item. Raises NotFoundError."""
        return self._repository.get(_identifier(item_id), scope)

    def list(self, owner: str, criteria: ItemFilter, limit: int, after: str | None) -> ItemPage:
        """A page of the owner's items. Raises InvalidCursorError."""
        secret = self._cursor_secret
        position = cursor.decode(secret, owner, criteria, after) if after is not None else None
        items, last = self._repository.page(owner, criteria, limit, position)
        if last is None:
            return ItemPage(items)
        return ItemPage(items, cursor.encode(secret, owner, criteria, last))

    def replace(
        self, item_id: str, fields: ItemInput, scope: str | None, versions: Versions
    ) -> Item:
        """The item with all its fields replaced. Raises NotFoundError, PreconditionFailedError."""
        item_id = _identifier(item_id)
        owner = self._owner(item_id, scope)
        item = self._repository.replace(item_id, owner, fields, versions, _now())
        telemetry.count("ItemUpdated")
        return item

    def patch(
        self, item_id: str, changes: dict[str, Any], scope: str | None, versions: Versions
    ) -> Item:
        """The item with a merge patch applied.

        Patches that meet are applied one after the other, none is lost. Raises NotFoundError,
        PreconditionFailedError, UnprocessableError if the result is not an item, and ConflictError
        if others keep changing the item.
        """
        for attempt in range(_PATCH_TRIES):
            current = self.get(item_id, scope)
            if versions is not None and current.version not in versions:
                raise PreconditionFailedError(current.version)
            fields = _patched(current, changes)
            try:
                return self.replace(item_id, fields, current.owner_id, (current.version,))
            except PreconditionFailedError:
                # Not a secret, only a spread of the next tries.
                time.sleep(random.uniform(0, min(0.3, 0.01 * 2**attempt)))  # noqa: S311
        raise ConflictError("Others keep changing this item. Try again.")

    def delete(self, item_id: str, scope: str | None, versions: Versions) -> None:
        """Remove the item. Raises NotFoundError, PreconditionFailedError."""
        item_id = _identifier(item_id)
        self._repository.delete(item_id, self._owner(item_id, scope), versions)
        telemetry.count("ItemDeleted")

    def _owner(self, item_id: str, scope: str | None) -> str:
        """The owner that a write requires. Nobody's is known without reading; items keep theirs."""
        return scope or self._repository.get(item_id, None).owner_id


def _new(fields: ItemInput, owner: str) -> Item:
    identifier = ULID()
    created = rfc3339(identifier.datetime)
    values = {name: getattr(fields, name) for name in ItemInput.__struct_fields__}
    return Item(
        **values,
        id=str(identifier),
        version=1,
        created_at=created,
        updated_at=created,
        owner_id=owner,
    )


def _identifier(item_id: str) -> str:
    """An id that can be one. Others name nothing, and are not worth a read."""
    if len(item_id) != _ULID_LENGTH or not item_id.isascii() or not item_id.isalnum():
        raise not_found(item_id)
    return item_id


def _patched(current: Item, changes: dict[str, Any]) -> ItemInput:
    merged = patch.merge(msgspec.to_builtins(input_of(current)), changes)
    try:
        return msgspec.convert(merged, ItemInput)
    except msgspec.ValidationError as error:
        raise UnprocessableError(*explain(error)) from error


def _now() -> str:
    return rfc3339(datetime.now(UTC))


def rfc3339(moment: datetime) -> str:
    """A moment in UTC as it is stored and shown: milliseconds, `Z`, and so sortable as text."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
