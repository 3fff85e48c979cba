"""The contract's parts: operations, and what they refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.unit.contract import document

Node = dict[str, Any]


class Operation(NamedTuple):
    """One method of one path, with what it inherits from the path."""

    method: str
    path: str
    parameters: list[Node]
    node: Node

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def resolve(node: Node) -> Node:
    """What a node refers to, itself where it refers to nothing."""
    while "$ref" in node:
        target: Any = document()
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def operations() -> list[Operation]:
    return [
        Operation(
            method,
            path,
            [resolve(each) for each in item.get("parameters", []) + node.get("parameters", [])],
            node,
        )
        for path, item in document()["paths"].items()
        for method, node in item.items()
        if method not in ("parameters", "x-function")
    ]


def responses() -> Iterator[tuple[Operation, str, Node]]:
    """Every response: its operation, its status, and what it is."""
    for operation in operations():
        for status, response in operation.node["responses"].items():
            yield operation, status, resolve(response)
