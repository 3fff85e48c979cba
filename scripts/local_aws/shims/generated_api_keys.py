"""Gap: CreateApiKey refuses an empty value.

On AWS a key created without a value, which Terraform sends as an empty string, gets one of 40
letters and digits (API Gateway Developer Guide, "Create an API key").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.emulator import gateway


def apply() -> None:
    """Drop the empty value: MiniStack generates one when there is none."""
    gateway._create_api_key = _without_empty_value(gateway._create_api_key)


def _without_empty_value(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_api_key(data: dict[str, Any]) -> Any:
        return create({k: v for k, v in data.items() if (k, v) != ("value", "")})

    return create_api_key
