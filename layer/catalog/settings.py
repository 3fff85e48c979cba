"""What a function is told by its environment, checked once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What every function is told. A function that needs more extends it."""

    environment: str
    cors_allow_origins: str

    @property
    def origins(self) -> list[str]:
        """The origins whose pages may read answers; `*` for all, none for an empty list."""
        return [origin.strip() for origin in self.cors_allow_origins.split(",") if origin.strip()]


class InvalidSettingsError(Exception):
    """The function cannot start: its message names every variable that is missing or wrong."""


S = TypeVar("S", bound=Settings)


def load(kind: type[S], variables: Mapping[str, str] = os.environ) -> S:
    """The settings of a function, each field read from the variable of its upper-case name.

    Raises InvalidSettingsError naming all variables that are missing or not of their type.
    """
    fields = msgspec.structs.fields(kind)
    names = {field.name: field.name.upper() for field in fields}
    faults = [
        f"{names[field.name]} is not set"
        for field in fields
        if field.required and names[field.name] not in variables
    ]
    values = {}
    for field in fields:
        if names[field.name] not in variables:
            continue
        try:
            values[field.name] = _value(variables[names[field.name]], field.type)
        except msgspec.DecodeError as error:
            faults.append(f"{names[field.name]} is wrong: {error}")
    if faults:
        raise InvalidSettingsError("; ".join(faults))
    return kind(**values)


def _value(text: str, kind: Any) -> Any:
    """The value of a variable: a map is written in JSON, anything else as it is."""
    if get_origin(kind) is dict:
        return msgspec.json.decode(text, type=kind)
    return msgspec.convert(text, kind, strict=False)
