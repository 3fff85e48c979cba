"""Who calls: the application that the API key names, and the owner of the items that it sees."""

from __future__ import annotations

from typing import Any

import msgspec

SHARED_OWNER = "catalog"


class Caller(msgspec.Struct, frozen=True):
    """The caller of a request."""

    client: str
    """The id of the API key: names one generation of one application's key, and is no secret."""
    owner: str = SHARED_OWNER


def of(event: dict[str, Any]) -> Caller:
    """The caller, as API Gateway has established it."""
    identity = event["requestContext"].get("identity") or {}
    return Caller(identity.get("apiKeyId") or "anonymous")
