"""The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header, section 2.1)."""

from __future__ import annotations

import re

from catalog.http.problems import bad_parameter

_KEY = re.compile(r"[ -~]{1,255}")


def read(header: str | None) -> str | None:
    """The key, with or without the quotes of a structured string. Raises a Problem."""
    if header is None:
        return None
    key = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise bad_parameter("Idempotency-Key", "Expected 1 to 255 printable ASCII characters.")
    return key
