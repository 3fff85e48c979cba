"""The `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header).

The key's record is put in one transaction with the write that it protects, so a crash at any point
neither doubles nor blocks: either both stand, or neither.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

import msgspec

KEPT_SECONDS = 24 * 60 * 60


class IdempotencyRecord(msgspec.Struct, frozen=True):
    """What is remembered of a request: who sent what, and what came of it."""

    id: str
    fingerprint: str

    def row(self, result: bytes, now: float | None = None) -> dict[str, Any]:
        """The record as it is stored, with the result to repeat."""
        started = int(time.time() if now is None else now)
        return {
            "id": self.id,
            "fingerprint": self.fingerprint,
            "result": result.decode(),
            "expiresAt": started + KEPT_SECONDS,
        }


def record(caller: str, operation: str, key: str, request: object) -> IdempotencyRecord:
    """The record of a caller's request. Keys of different callers or operations never meet."""
    scope = msgspec.json.encode([caller, operation, key])
    fingerprint = hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()
    return IdempotencyRecord(f"idempotency#{hashlib.sha256(scope).hexdigest()}", fingerprint)
