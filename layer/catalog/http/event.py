"""API Gateway's event: whether it is one, and its headers."""

from __future__ import annotations

from typing import Any

import msgspec

Event = dict[str, Any]


class _Identity(msgspec.Struct, rename="camel"):
    api_key_id: str | None = None
    source_ip: str | None = None


class _Authorizer(msgspec.Struct):
    claims: dict[str, Any] | None = None


class _RequestContext(msgspec.Struct, rename="camel"):
    identity: _Identity | None = None
    authorizer: _Authorizer | None = None
    request_id: str | None = None
    path: str | None = None
    domain_name: str | None = None


class _ProxyEvent(msgspec.Struct, rename="camel"):
    """What is read of an event, by this package or by the router."""

    http_method: str
    path: str
    headers: dict[str, str] | None
    request_context: _RequestContext
    multi_value_headers: dict[str, list[str]] | None = None
    query_string_parameters: dict[str, str] | None = None
    multi_value_query_string_parameters: dict[str, list[str]] | None = None
    body: str | None = None
    is_base64_encoded: bool = False


def read(event: Any) -> Event | None:
    """The event with its headers' names in lower case, None if it is not one of a REST API.

    Lines of the same header are joined (RFC 9110, 5.2). Without any, API Gateway sends null.
    """
    try:
        known = msgspec.convert(event, _ProxyEvent)
    except (msgspec.ValidationError, UnicodeEncodeError):  # or a name that UTF-8 does not have
        return None
    headers = {name.lower(): value for name, value in (known.headers or {}).items()}
    lines = (known.multi_value_headers or {}).items()
    joined = {name.lower(): ", ".join(values) for name, values in lines}
    return event | {"headers": headers | joined}  # type: ignore[no-any-return]


def header(event: Event, name: str) -> str | None:
    """A header of an event that was read, whatever the case of its name."""
    value: str | None = event["headers"].get(name.lower())
    return value
