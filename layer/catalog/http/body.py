"""Request bodies: JSON, read strictly, and turned into the types of the domain."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from catalog.http.event import Event, header
from catalog.http.problems import Problem, bad_body
from catalog.validation import explain

LARGEST_BODY = 256 * 1024  # bytes; an item stays below DynamoDB's 400 KB with its index copies
DEEPEST_JSON = 32
T = TypeVar("T")


def read(event: Event, media_type: str) -> Any:
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


def _check_media_type(event: Event, media_type: str) -> None:
    content_type = header(event, "Content-Type")
    if content_type is None:
        return
    named, _, parameters = content_type.partition(";")
    utf8 = re.fullmatch(r'\s*(charset\s*=\s*"?utf-8"?\s*)?', parameters, re.IGNORECASE)
    if named.strip().lower() != media_type or not utf8:
        detail = f"The Content-Type is {content_type[:100]}; {media_type} is needed."
        raise Problem(415, "unsupported-media-type", "Unsupported media type", detail)


def _text(event: Event) -> str:
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
        case binascii.Error():
            return "The body is not valid base64."
    return "A number has too many digits."
