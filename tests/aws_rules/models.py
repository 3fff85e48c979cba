"""AWS's own description of its API, in the whole botocore: shapes with their limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import create_loader
from botocore.model import ServiceModel


@cache
def service(name: str) -> ServiceModel:
    return ServiceModel(create_loader().load_service_model(name, "service-2"), name)


def shape(service_name: str, operation: str, path: str) -> Any:
    """The shape of a parameter: `Environment.Variables.@`, where @ is a key and * an element."""
    node: Any = service(service_name).operation_model(operation).input_shape
    for step in path.split("."):
        node = node.key if step == "@" else node.member if step == "*" else node.members[step]
    return node


def faults(value: Any, limits: Any) -> Iterator[str]:
    """Why AWS would refuse a value: its length, its range, its pattern, its list."""
    size = value if isinstance(value, int | float) else len(value)
    if not limits.get("min", size) <= size <= limits.get("max", size):
        yield f"{value!r}: {limits.get('min')} to {limits.get('max')} is allowed"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        yield f"{value!r} is not like {limits['pattern']}"
    if value not in limits.get("enum", [value]):
        yield f"{value!r} is none of {limits['enum']}"
