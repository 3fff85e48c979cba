"""An authenticator, as people have one on their phones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time


def one_time_code(secret: str) -> str:
    """The code that an authenticator shows (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time() // 30)), hashlib.sha1)
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06d}"
