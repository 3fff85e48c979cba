"""What is wrong with a value, and where, in words for those who send JSON and know no Python."""

from __future__ import annotations

import re

import msgspec

# Where msgspec says that the fault is: at `$.price.amount`, `$.tags[3]`, `$.attributes[...]`, or at
# `key` in `$.attributes`.
_LOCATION = re.compile(r" - at (?:`key` in )?`\$([^`]*)`$")
_TYPES = re.compile(r"\b(Expected|got) `([^`]*)`")
_JSON_TYPES = {
    "bool": "boolean",
    "datetime": "date-time",
    "float": "number",
    "int": "integer",
    "str": "string",
}
_PATTERNS: dict[str, str] = {}


def describe(pattern: str, words: str) -> None:
    """Say a pattern in words, which follow "Expected string"."""
    _PATTERNS[f"matching regex {pattern!r}"] = words


def explain(error: msgspec.ValidationError) -> tuple[str, str]:
    """What msgspec found, and where as a JSON Pointer (RFC 6901)."""
    message = str(error)
    steps: list[str] = []
    while match := _LOCATION.search(message):
        # A rule of a nested type names its own place, and msgspec adds where the type stands.
        message = message[: match.start()]
        steps.append(_pointer(match[1]))
    return _in_words_of_json(message), "".join(steps)


def _pointer(path: str) -> str:
    """`.tags[3]` as `/tags/3`. Of a map's values, `.attributes[...]`, the key is not known."""
    return re.sub(r"\.|\[", "/", path.replace("[...]", "")).replace("]", "")


def _in_words_of_json(message: str) -> str:
    message = _TYPES.sub(lambda found: f"{found[1]} {_json_types(found[2])}", message)
    for pattern, meaning in _PATTERNS.items():
        message = message.replace(pattern, meaning)
    return message.replace("Invalid enum value", "Not one of the allowed values:")


def _json_types(union: str) -> str:
    """`bool | int | str` as `boolean, integer or string`."""
    *others, last = [_JSON_TYPES.get(name, name) for name in union.split(" | ")]
    return f"{', '.join(others)} or {last}" if others else last
