"""The copy of the contract for API Gateway: nothing that its import refuses, nothing stricter."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifacts import BuildError, contract

from .conftest import PROJECT

Node = dict[str, Any]
FUNCTIONS = {"items"}
MINIMAL = {
    "openapi": "3.0.3",
    "info": {"title": "Sample", "version": "1", "x-audience": "all", "description": "Long"},
    "security": [{"ApiKey": []}],
    "paths": {
        "/items/{itemId}": {
            "x-function": "items",
            "parameters": [{"$ref": "#/components/parameters/ItemId"}],
            "put": {
                "operationId": "replaceItem",
                "summary": "Replace",
                "description": "Long",
                "tags": ["items"],
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                    {"name": "status", "in": "query", "schema": {"$ref": "#/components/schemas/S"}},
                ],
                "requestBody": {"$ref": "#/components/requestBodies/Item"},
                "responses": {"204": {"$ref": "#/components/responses/Done"}},
            },
            "get": {"operationId": "getItem", "security": [], "responses": {}},
            "delete": {
                "operationId": "deleteItem",
                "security": [{"ApiKey": [], "UserToken": []}, {"ApiKey": []}],
                "responses": {},
            },
        }
    },
    "components": {
        "parameters": {
            "ItemId": {
                "name": "itemId",
                "in": "path",
                "required": True,
                "description": "A ULID",
                "schema": {"type": "string"},
                "example": "01J",
            }
        },
        "requestBodies": {
            "Item": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Item"},
                        "example": {},
                    }
                },
            }
        },
        "responses": {"Done": {"description": "Done"}},
        "schemas": {
            "Item": {
                "type": "object",
                "properties": {"parent": {"$ref": "#/components/schemas/P"}},
            },
            "P": {"type": "object", "properties": {"item": {"$ref": "#/components/schemas/Item"}}},
            "S": {"type": "string", "enum": ["draft"]},
            "Unused": {"type": "object"},
        },
        "securitySchemes": {
            "ApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "Key"},
            "UserToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        },
    },
}


def test_the_copy_holds_what_the_import_reads_and_no_more() -> None:
    assert contract.gateway_copy(MINIMAL, FUNCTIONS) == {
        "openapi": "3.0.3",
        "info": {"title": "Sample", "version": "1"},
        "paths": {
            "/items/{itemId}": {
                "x-function": "items",
                "get": {
                    "operationId": "getItem",
                    "parameters": [ITEM_ID],
                    "security": [],
                    "responses": {"200": {"description": "What the function answers"}},
                },
                "delete": {
                    "operationId": "deleteItem",
                    "parameters": [ITEM_ID],
                    "security": [{"ApiKey": [], "UserToken": []}, {"ApiKey": []}],
                    "responses": {"200": {"description": "What the function answers"}},
                },
                "put": {
                    "operationId": "replaceItem",
                    "summary": "Replace",
                    "parameters": [
                        ITEM_ID,
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                        {"name": "status", "in": "query", "schema": {"type": "string"}},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Item"}}
                        },
                    },
                    "security": [{"ApiKey": []}],
                    "responses": {"200": {"description": "What the function answers"}},
                },
            }
        },
        "components": {
            "schemas": {name: MINIMAL["components"]["schemas"][name] for name in ("Item", "P")},  # type: ignore[index]
            "securitySchemes": {
                "ApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "UserToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "x-amazon-apigateway-authtype": "cognito_user_pools",
                },
            },
        },
    }


ITEM_ID = {
    "name": "itemId",
    "in": "path",
    "required": True,
    "description": "A ULID",
    "schema": {"type": "string"},
}


def rename_path(path: str) -> Callable[[Node], None]:
    def change(document: Node) -> None:
        document["paths"] = {path: next(iter(document["paths"].values()))}

    return change


def put(*keys: str, value: Any) -> Callable[[Node], None]:
    def change(document: Node) -> None:
        node = document
        for key in keys[:-1]:
            node = node[key]
        node[keys[-1]] = value

    return change


ITEM_PATH = ("paths", "/items/{itemId}")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("openapi", value="3.1.0"), "the contract is OpenAPI 3.1.0"),
        (put("components", "schemas", "Bad-Name", value={}), "schema `Bad-Name`: a model's name"),
        (rename_path("/items/{id}.json"), "does not take the segment `{id}.json`"),
        (rename_path("/items/~me"), "does not take the segment `~me`"),
        (rename_path("/ping"), "path /ping: API Gateway keeps it"),
        (put(*ITEM_PATH, "x-function", value=None), "x-function is `None`; the functions are"),
        (
            put(*ITEM_PATH, "x-function", value="jobs"),
            "x-function is `jobs`; the functions are: it",
        ),
        (
            put(*ITEM_PATH, "post", value={}),
            "POST /items/{itemId}: an operation needs an operation",
        ),
        (put("components", "parameters", value={}), "ItemId: the contract holds nothing there"),
        (
            put("components", "schemas", "P", value={"$ref": "other.yaml#/P"}),
            "other.yaml#/P: the contract has no such schema",
        ),
    ],
)
def test_a_contract_that_the_gateway_would_refuse_is_refused(
    change: Callable[[Node], None], sentence: str
) -> None:
    document = copy.deepcopy(MINIMAL)
    change(document)
    with pytest.raises(BuildError, match=re.escape(sentence)):
        contract.gateway_copy(document, FUNCTIONS)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "example": "a", "x-note": 1, "readOnly": True}, {"type": "string"}),
        ({"type": "string", "format": "date-time", "description": "d"}, {"type": "string"}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"minimum": 1, "exclusiveMinimum": True}),
        ({"exclusiveMinimum": 1}, {}),
        ({"type": "string", "maxLength": 3, "nullable": True}, {}),
        ({"anyOf": [{"type": "string"}], "type": "string"}, {}),
        (
            {"$ref": "#/components/schemas/A", "description": "d"},
            {"$ref": "#/components/schemas/A"},
        ),
        (
            {"required": ["example"], "properties": {"example": {"type": "string", "example": 1}}},
            {"required": ["example"], "properties": {"example": {"type": "string"}}},
        ),
        ({"enum": [{"example": 1}]}, {"enum": [{"example": 1}]}),
        ({"not": {"nullable": True}}, {}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"additionalProperties": {"xml": {}}}, {"additionalProperties": {}}),
        ({"items": {"deprecated": True, "maxLength": 1}}, {"items": {"maxLength": 1}}),
    ],
)
def test_schemas_are_put_in_the_gateways_dialect(schema: Node, expected: Node) -> None:
    assert contract.sanitise(schema) == expected


# Names that are keywords in a schema and may be names of properties too.
FORBIDDEN = [
    "example", "examples", "discriminator", "readOnly", "writeOnly", "nullable", "xml",
    "deprecated", "externalDocs", "not", "format", "title", "default", "x-note", "anyOf", "oneOf",
]  # fmt: skip
NAMES = st.sampled_from([*FORBIDDEN, "name", "$ref", "type", "items"])


def schemas() -> st.SearchStrategy[Node]:
    def nested(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(["object", "string", "array"]),
                "properties": st.dictionaries(NAMES, inner, max_size=3),
                "items": inner,
                "additionalProperties": inner | st.booleans(),
                "allOf": st.lists(inner, max_size=2),
                "exclusiveMinimum": st.integers(),
                "enum": st.lists(st.fixed_dictionaries({"example": st.integers()}), max_size=1),
                **dict.fromkeys(FORBIDDEN, st.just(True)),
            },
        )

    return st.recursive(st.builds(dict), nested, max_leaves=12)


def keywords(schema: Any) -> Iterator[str]:
    """Every keyword at every depth; the names of properties are none."""
    if not isinstance(schema, dict):
        return
    yield from schema
    for name in ("items", "additionalProperties"):
        yield from keywords(schema.get(name))
    for inner in [*schema.get("allOf", []), *schema.get("properties", {}).values()]:
        yield from keywords(inner)


@given(schemas())
def test_no_forbidden_keyword_survives_at_any_depth(schema: Node) -> None:
    left = set(keywords(contract.sanitise(schema)))
    assert not left & {*FORBIDDEN, "exclusiveMinimum"}


@given(schemas())
def test_properties_of_any_name_survive(schema: Node) -> None:
    clean = contract.sanitise(schema)
    if not {"nullable", "anyOf", "oneOf"} & schema.keys():
        assert clean.get("properties", {}).keys() == schema.get("properties", {}).keys()
    assert contract.sanitise(clean) == clean


def test_the_projects_contract_passes() -> None:
    document = contract.load(PROJECT / "api" / "openapi.yaml")
    functions = {item["x-function"] for item in document["paths"].values()}
    made = contract.gateway_copy(document, functions)
    assert made["paths"].keys() == document["paths"].keys()
    for path, item in made["paths"].items():
        assert item.keys() == document["paths"][path].keys() - {"parameters"}


def test_times_in_the_contract_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text("example: 2026-01-01T12:00:00Z\n")
    assert json.loads(contract.dump(contract.load(path))) == {"example": "2026-01-01T12:00:00Z"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\na: 2\n", "openapi.yaml:2: found duplicate key"),
        ("a: [1\n", "openapi.yaml:2: "),
        ("just text", "holds no OpenAPI document"),
    ],
)
def test_a_broken_contract_is_met_with_a_line_number(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text)
    with pytest.raises(BuildError, match=re.escape(sentence)):
        contract.load(path)
