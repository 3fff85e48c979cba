"""Cursors of lists: opaque, authenticated, and bound to the query that made them.

A cursor is `base64url(mac + position)`. The position is a sort key in the caller's own partitions,
which come from the caller and not from the cursor: a forged one could only move within them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

import msgspec

from catalog.items.model import ItemFilter

_MAC_SIZE = 16  # bytes


class InvalidCursorError(Exception):
    """The cursor was not made by this API, or was made by another query."""


def encode(secret: str, owner: str, criteria: ItemFilter, position: str) -> str:
    """The cursor of a position in the list that the owner and the filter make."""
    mac = _mac(secret, owner, criteria, position)
    return base64.urlsafe_b64encode(mac + position.encode()).rstrip(b"=").decode()


def decode(secret: str, owner: str, criteria: ItemFilter, cursor: str) -> str:
    """The position in the list. Raises InvalidCursorError."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = raw[_MAC_SIZE:].decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError from error
    # Whole, since base64 has several texts for the same bytes: one position has one cursor.
    if not hmac.compare_digest(encode(secret, owner, criteria, position).encode(), cursor.encode()):
        raise InvalidCursorError
    return position


def _mac(secret: str, owner: str, criteria: ItemFilter, position: str) -> bytes:
    message = msgspec.json.encode([owner, criteria, position])
    return hmac.digest(secret.encode(), message, hashlib.sha256)[:_MAC_SIZE]
