"""Query parameters, each allowed once, and refused by name where the contract does not have it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec.structs import FieldInfo

from catalog.http.event import Event
from catalog.http.problems import bad_parameter
from catalog.validation import explain

_INTEGER = re.compile(r"-?[0-9]{1,18}")
S = TypeVar("S", bound=msgspec.Struct)


def read(event: Event, kind: type[S]) -> S:
    """The query as a struct, whose encoded names are the parameters' names.

    Raises a Problem for a parameter that is unknown, stands twice or has a wrong value.
    """
    known = _fields(kind)
    parameters = event.get("multiValueQueryStringParameters") or {}
    values = {}
    for name, given in parameters.items():
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise bad_parameter(name[:100], f"There is no such parameter; allowed: {allowed}.")
        if len(given) != 1:
            raise bad_parameter(name, "Expected one value.")
        values[known[name].name] = _value(name, given[0], known[name].type)
    return kind(**values)


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """The fields by their parameters' names. To look them up takes a tenth of a list."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _value(name: str, text: str, kind: Any) -> Any:
    try:
        text.encode()  # refuses lone surrogates, which no URL can hold
        return msgspec.convert(_literal(text, kind), kind)
    except msgspec.ValidationError as error:
        raise bad_parameter(name, f"{explain(error)[0]}.") from error
    except UnicodeError as error:
        raise bad_parameter(name, "The text is not valid UTF-8.") from error


def _literal(text: str, kind: Any) -> Any:
    """Integers and booleans as JSON writes them. msgspec's lax mode reads `1e1` and `TRUE` too."""
    base = getattr(kind, "__origin__", kind)  # `int` of `Annotated[int, ...]`
    if base is bool:
        return {"true": True, "false": False}.get(text, text)
    if base is int and _INTEGER.fullmatch(text):
        return int(text)
    return text
