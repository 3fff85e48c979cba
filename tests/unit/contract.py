"""The contract, as a judge of values."""

from __future__ import annotations

import functools
from typing import Any

import jsonschema
from tests.unit.gateway import PROJECT

from artifacts import contract

Validator = jsonschema.Draft202012Validator


@functools.cache
def document() -> dict[str, Any]:
    return contract.load(PROJECT / "api" / "openapi.yaml")


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"][name]
    return found


def validator(name: str) -> Validator:
    """A judge of values of a schema of the contract."""
    schemas = _json_schema(document()["components"]["schemas"])
    return Validator({"components": {"schemas": schemas}, "$ref": f"#/components/schemas/{name}"})


def _json_schema(node: Any) -> Any:
    """OpenAPI 3.0's schemas as JSON Schema has them: `nullable` there is a type here."""
    if isinstance(node, list):
        return [_json_schema(each) for each in node]
    if isinstance(node, str):
        # The end of a text, as ECMA has it; Python's `$` also matches before a last newline.
        return node[:-1] + r"\Z" if node.startswith("^") and node.endswith("$") else node
    if not isinstance(node, dict):
        return node
    schema = {name: _json_schema(value) for name, value in node.items() if name != "nullable"}
    if node.get("nullable") is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema
