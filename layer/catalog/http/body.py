"""Request bodies: JSON, read strictly, and turned into the types of the domain."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from catalog.http.problems import Problem, bad_body

LARGEST_BODY = 256 * 1024  # bytes; an item stays below DynamoDB's 400 KB with its index copies
DEEPEST_JSON = 32
T = TypeVar("T")

# Where msgspec found the fault: " - at `$.price.amount`", "`$.tags[3]`", "`$.attributes[...]`"
_LOCATION = re.compile(r" - at `(?:key in )?\$([^`]*)`$")


def read(event: dict[str, Any], media_type: str) -> Any:
    """The JSON value of a request's body.

    Raises a Problem: 415 for another media type, 413 for a body that is too large, 400 for what is
    not JSON in UTF-8, for names that stand twice, and for numbers and depths out of bounds.
    """
    _check_media_type(event, media_type)
    try:
        text = _text(event)
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        _check_depth(value)
        msgspec.json.encode(value)  # refuses lone surrogates, which no UTF-8 text can hold
    except (ValueError, RecursionError) as error:
        raise bad_body(_reason(error), "") from error
    return value


def convert(value: Any, kind: type[T]) -> T:
    """The value as a type of the domain. Raises a Problem that points at what does not fit."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise bad_body(*explain(error)) from error


def explain(error: msgspec.ValidationError) -> tuple[str, str]:
    """What msgspec found, and where as a JSON Pointer (RFC 6901)."""
    message = str(error)
    steps: list[str] = []
    while match := _LOCATION.search(message):
        # A rule of a nested type names its own place, and msgspec adds where the type stands.
        message = message[: match.start()]
        steps.append(re.sub(r"\.|\[(?=\d)", "/", match[1]).replace("]", "").replace("[...", ""))
    return message, "".join(steps)


def _check_media_type(event: dict[str, Any], media_type: str) -> None:
    header = next((v for k, v in event["headers"].items() if k.lower() == "content-type"), None)
    if header is None:
        return
    named, _, parameters = header.partition(";")
    utf8 = re.fullmatch(r'\s*(charset\s*=\s*"?utf-8"?\s*)?', parameters, re.IGNORECASE)
    if named.strip().lower() != media_type or not utf8:
        detail = f"The Content-Type is {header[:100]}; {media_type} is needed."
        raise Problem(415, "unsupported-media-type", "Unsupported media type", detail)


def _text(event: dict[str, Any]) -> str:
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    if len(raw) > LARGEST_BODY:
        detail = f"The request body has {len(raw)} bytes; at most {LARGEST_BODY} are allowed."
        raise Problem(413, "content-too-large", "Content too large", detail)
    return raw.decode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _RefusedJsonError(f"The field {twice!r} stands twice.")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise _RefusedJsonError(f"{name} is not JSON.")


def _check_depth(value: Any, depth: int = 1) -> None:
    if not isinstance(value, (dict, list)):
        return
    if depth > DEEPEST_JSON:
        raise _RefusedJsonError(f"The JSON is nested deeper than {DEEPEST_JSON} levels.")
    for each in value.values() if isinstance(value, dict) else value:
        _check_depth(each, depth + 1)


class _RefusedJsonError(ValueError):
    """JSON that parses but that nobody can mean."""


def _reason(error: Exception) -> str:
    match error:
        case _RefusedJsonError():
            return str(error)
        case json.JSONDecodeError():
            return f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        case RecursionError():
            return f"The JSON is nested deeper than {DEEPEST_JSON} levels."
        case UnicodeError():
            return "The text is not valid UTF-8."
    return "A number has too many digits."
