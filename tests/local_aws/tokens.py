"""JSON Web Tokens, read and forged."""

from __future__ import annotations

import base64
import json
from typing import Any

Json = dict[str, Any]


def claims(token: str) -> Json:
    """What a token says."""
    return _decoded(token.split(".")[1])


def tampered(token: str) -> str:
    """The token with another user in it, under the same signature."""
    header, _, signature = token.split(".")
    return f"{header}.{_encoded(claims(token) | {'sub': 'somebody-else'})}.{signature}"


def unsigned(token: str) -> str:
    """The token as one that says that it needs no signature (RFC 7519, section 6)."""
    header, payload, _ = token.split(".")
    return f"{_encoded(_decoded(header) | {'alg': 'none'})}.{payload}."


def _decoded(part: str) -> Json:
    return dict(json.loads(base64.urlsafe_b64decode(part + "==")))


def _encoded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
