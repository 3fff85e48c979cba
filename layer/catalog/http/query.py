"""Query parameters, each allowed once, and refused by name where the contract does not have it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from catalog.http.problems import bad_parameter

S = TypeVar("S", bound=msgspec.Struct)


def read(event: dict[str, Any], kind: type[S]) -> S:
    """The query as a struct, whose encoded names are the parameters' names.

    Raises a Problem for a parameter that is unknown, stands twice or has a wrong value.
    """
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
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


def _value(name: str, text: str, kind: Any) -> Any:
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_parameter(name, f"{error}.") from error
