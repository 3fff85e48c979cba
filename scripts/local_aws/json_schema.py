"""Why a JSON value does not satisfy a schema, in the words of API Gateway.

API Gateway validates with the Java library `json-schema-validator` of fge; the messages are that
library's (`validation.properties`). Its order is kept as well: a value's children are looked at
only when the value itself is sound.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from local_aws.emulator import gateway

Schema = dict[str, Any]


def violations(schema: Any, value: Any, root: Any) -> list[str]:
    """Say what is wrong with `value`; references of `schema` resolve in `root`."""
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        schema, root = gateway._resolve_schema_ref(schema["$ref"], root)
    if not isinstance(schema, dict):
        return []
    if wrong_type := _type(schema, value):
        return [wrong_type]
    found = [*_any_type(schema, value), *_combined(schema, value, root)]
    if isinstance(value, dict):
        found += _object(schema, value)
    elif isinstance(value, list):
        found += _array(schema, value)
    elif isinstance(value, str):
        found += _string(schema, value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found += _number(schema, value)
    return found or [
        message
        for child_schema, child in _children(schema, value)
        for message in violations(child_schema, child, root)
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _type_name(value: Any) -> str:
    # JSON Schema's most specific type first: an integer is a number as well.
    order = ("null", "boolean", "integer", "number", "string", "array", "object")
    return next(name for name in order if gateway._JSON_TYPES[name](value))


def _type(schema: Schema, value: Any) -> str | None:
    allowed = schema.get("type")
    if allowed is None:
        return None
    allowed = [allowed] if isinstance(allowed, str) else list(allowed)
    if any(gateway._JSON_TYPES[name](value) for name in allowed):
        return None
    return (
        f"instance type ({_type_name(value)}) does not match any allowed primitive type "
        f"(allowed: {_json(sorted(allowed))})"
    )


def _any_type(schema: Schema, value: Any) -> Iterator[str]:
    enum = schema.get("enum")
    if enum is not None and not any(gateway._json_equal(value, each) for each in enum):
        yield f"instance value ({_json(value)}) not found in enum (possible values: {_json(enum)})"


def _combined(schema: Schema, value: Any, root: Any) -> Iterator[str]:
    def matches(keyword: str) -> int:
        return sum(not violations(each, value, root) for each in schema[keyword])

    if "allOf" in schema and (matched := matches("allOf")) != len(schema["allOf"]):
        yield (
            f"instance failed to match all required schemas "
            f"(matched only {matched} out of {len(schema['allOf'])})"
        )
    if "anyOf" in schema and not matches("anyOf"):
        count = len(schema["anyOf"])
        yield f"instance failed to match at least one required schema among {count}"
    if "oneOf" in schema and (matched := matches("oneOf")) != 1:
        yield (
            f"instance failed to match exactly one schema "
            f"(matched {matched} out of {len(schema['oneOf'])})"
        )
    if "not" in schema and not violations(schema["not"], value, root):
        yield "instance matched a schema which it should not have"


def _object(schema: Schema, value: dict[str, Any]) -> Iterator[str]:
    few, many, count = schema.get("minProperties", 0), schema.get("maxProperties"), len(value)
    if count < few:
        yield f"object has too few properties (found {count} but schema requires at least {few})"
    if many is not None and count > many:
        yield f"object has too many properties (found {count} but schema requires at most {many})"
    if missing := sorted(set(schema.get("required") or ()) - value.keys()):
        yield f"object has missing required properties ({_json(missing)})"
    if schema.get("additionalProperties") is False and (extra := _additional(schema, value)):
        yield f"object instance has properties which are not allowed by the schema: {_json(extra)}"


def _additional(schema: Schema, value: dict[str, Any]) -> list[str]:
    patterns = schema.get("patternProperties") or {}
    return sorted(
        name
        for name in value.keys() - (schema.get("properties") or {}).keys()
        if not any(gateway._regex_search(pattern, name) for pattern in patterns)
    )


def _array(schema: Schema, value: list[Any]) -> Iterator[str]:
    few, many, length = schema.get("minItems", 0), schema.get("maxItems"), len(value)
    if length < few:
        yield (
            f"array is too short: must have at least {few} elements "
            f"but instance has {length} elements"
        )
    if many is not None and length > many:
        yield (
            f"array is too long: must have at most {many} elements "
            f"but instance has {length} elements"
        )
    if schema.get("uniqueItems") and len({gateway._json_key(each) for each in value}) != length:
        yield "array must not contain duplicate elements"


def _string(schema: Schema, value: str) -> Iterator[str]:
    short, long, length = schema.get("minLength", 0), schema.get("maxLength"), len(value)
    if length < short:
        yield (f"string {_json(value)} is too short (length: {length}, required minimum: {short})")
    if long is not None and length > long:
        yield f"string {_json(value)} is too long (length: {length}, maximum allowed: {long})"
    pattern = schema.get("pattern")
    if pattern is not None and gateway._regex_search(pattern, value) is False:
        yield f"ECMA 262 regex {_json(pattern)} does not match input string {_json(value)}"


def _number(schema: Schema, value: float) -> Iterator[str]:
    low, high = schema.get("minimum", value), schema.get("maximum", value)
    if value < low:
        yield (
            "numeric instance is lower than the required minimum "
            f"(minimum: {_json(low)}, found: {_json(value)})"
        )
    elif value == low and "minimum" in schema and schema.get("exclusiveMinimum"):
        yield f"numeric instance is not strictly greater than the required minimum {_json(low)}"
    if value > high:
        yield (
            "numeric instance is greater than the required maximum "
            f"(maximum: {_json(high)}, found: {_json(value)})"
        )
    elif value == high and "maximum" in schema and schema.get("exclusiveMaximum"):
        yield f"numeric instance is not strictly lower than the required maximum {_json(high)}"
    divisor = schema.get("multipleOf")
    if divisor is not None and not gateway._multiple_of(value, divisor):
        yield f"remainder of division is not zero ({_json(value)} / {_json(divisor)})"


def _children(schema: Schema, value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        yield from ((schema["items"], each) for each in value)
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        extra = schema.get("additionalProperties")
        for name, each in value.items():
            if name in properties:
                yield properties[name], each
            elif isinstance(extra, dict):
                yield extra, each
