"""The contract as JSON: whole, for clients, and reduced to what API Gateway's import reads.

The copy for the gateway never asks for more than the contract does, so the gateway refuses
nothing that the contract allows; it may ask for less, since the functions check again.
Rules: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from artifacts import BuildError

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# A path parameter is a whole segment; `+` makes it greedy.
SEGMENT = re.compile(r"[A-Za-z0-9._:,-]+|\{[A-Za-z0-9._:,-]+\+?\}")
RESERVED_PATHS = {"/ping", "/sping"}
SCHEMA_REFERENCE = "#/components/schemas/"

BEARER_TOKEN: Node = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "cognito_user_pools",
}

# JSON Schema draft 4 as the gateway reads it. What stands in no list is left out: keywords that
# it refuses (`example`, `readOnly`, ...), and those that constrain nothing (`description`, ...).
PLAIN_KEYWORDS = {
    "type", "required", "enum", "multipleOf", "minimum", "maximum", "minLength", "maxLength",
    "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
}  # fmt: skip
# Not `not`: what is relaxed within it would forbid more.
SCHEMA_KEYWORDS = {"items", "additionalProperties"}
SCHEMA_LIST_KEYWORDS = {"allOf"}
SCHEMA_MAP_KEYWORDS = {"properties", "patternProperties"}
# Boolean beside `minimum` in OpenAPI 3.0 and draft 4; a number from OpenAPI 3.1 on.
BOOLEAN_KEYWORDS = {"exclusiveMinimum", "exclusiveMaximum"}
# Changed by the import without a word: a schema with one of them lets everything through.
RELAXING_KEYWORDS = {"nullable", "anyOf", "oneOf"}


def load(path: Path) -> Node:
    """Read the contract; times stay the text they are in JSON."""
    yaml = YAML(typ="safe")
    yaml.constructor.add_constructor(
        "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
    )
    try:
        contract = yaml.load(path)
    except OSError:
        raise BuildError(f"{path} is missing.") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise BuildError(f"{path}{line}: {getattr(error, 'problem', error)}.") from None
    if not isinstance(contract, dict):
        raise BuildError(f"{path} holds no OpenAPI document.")
    return contract


def dump(document: Node) -> bytes:
    """Compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def gateway_copy(contract: Node, functions: Collection[str]) -> Node:
    """Keep what API Gateway's import reads of the contract, and nothing it would refuse.

    Raises
    ------
    BuildError
        Where the contract breaks a rule of the gateway, or names a function that there is not.

    """
    version = str(contract.get("openapi"))
    if not version.startswith("3.0."):
        raise BuildError(f"the contract is OpenAPI {version}: API Gateway reads 3.0.x only.")
    paths = {
        path: _path_item(contract, path, item, functions)
        for path, item in contract.get("paths", {}).items()
    }
    schemas = contract.get("components", {}).get("schemas", {})
    for name in schemas:
        if not re.fullmatch("[A-Za-z0-9]+", name):
            raise BuildError(f"schema `{name}`: a model's name is letters and digits only.")
    info = contract["info"]
    return {
        "openapi": version,
        "info": {"title": info["title"], "version": info["version"]},
        "paths": paths,
        "components": {
            "schemas": _reachable(paths, schemas),
            "securitySchemes": _security_schemes(contract),
        },
    }


def sanitise(schema: Any) -> Any:
    """Put a schema in the gateway's dialect, at least as permissive as the original."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    if RELAXING_KEYWORDS & schema.keys():
        return {}
    return {
        keyword: _sanitise_keyword(keyword, value)
        for keyword, value in schema.items()
        if _is_kept(keyword, value)
    }


def _is_kept(keyword: str, value: Any) -> bool:
    if keyword in BOOLEAN_KEYWORDS:
        return isinstance(value, bool)
    nested = SCHEMA_KEYWORDS | SCHEMA_LIST_KEYWORDS | SCHEMA_MAP_KEYWORDS
    return keyword in PLAIN_KEYWORDS | nested


def _sanitise_keyword(keyword: str, value: Any) -> Any:
    if keyword in SCHEMA_KEYWORDS:
        return sanitise(value)
    if keyword in SCHEMA_LIST_KEYWORDS:
        return [sanitise(schema) for schema in value]
    if keyword in SCHEMA_MAP_KEYWORDS:
        return {name: sanitise(schema) for name, schema in value.items()}
    return value


def _path_item(contract: Node, path: str, item: Node, functions: Collection[str]) -> Node:
    if path in RESERVED_PATHS:
        raise BuildError(f"path {path}: API Gateway keeps it for itself.")
    for segment in path.strip("/").split("/"):
        if path != "/" and not SEGMENT.fullmatch(segment):
            raise BuildError(f"path {path}: API Gateway does not take the segment `{segment}`.")
    function = item.get("x-function")
    if function not in functions:
        known = ", ".join(sorted(functions)) or "none"
        raise BuildError(f"path {path}: x-function is `{function}`; the functions are: {known}.")
    shared = item.get("parameters", [])
    operations = {
        method: _operation(contract, f"{method.upper()} {path}", item[method], shared)
        for method in METHODS
        if method in item
    }
    return {"x-function": function} | operations


def _operation(contract: Node, where: str, operation: Node, shared: list[Node]) -> Node:
    if "operationId" not in operation:
        raise BuildError(f"{where}: an operation needs an operationId.")
    copy: Node = {"operationId": operation["operationId"]}
    if "summary" in operation:
        copy["summary"] = operation["summary"]
    # The operation's parameters come last: they replace the path's of the same name and place.
    found = [_resolve(contract, item) for item in [*shared, *operation.get("parameters", [])]]
    unique = {(item["in"], item["name"]): _parameter(contract, item) for item in found}
    if unique:
        copy["parameters"] = list(unique.values())
    if "requestBody" in operation:
        copy["requestBody"] = _request_body(_resolve(contract, operation["requestBody"]))
    copy["security"] = operation.get("security", contract.get("security", []))
    copy["responses"] = {"200": {"description": "What the function answers"}}
    return copy


def _parameter(contract: Node, parameter: Node) -> Node:
    """Drop bounds and enums: the gateway only checks that a required parameter is there."""
    kept = {key: parameter[key] for key in ("name", "in", "required") if key in parameter}
    schema = _resolve(contract, parameter.get("schema", {}))
    copy = kept | {"schema": {"type": schema.get("type", "string")}}
    if copy["schema"]["type"] == "array":
        copy["schema"]["items"] = {"type": "string"}
    if "description" in parameter:
        copy["description"] = parameter["description"]
    return copy


def _request_body(body: Node) -> Node:
    content = {
        media_type: {"schema": sanitise(described.get("schema", {}))}
        for media_type, described in body["content"].items()
    }
    return {"required": body.get("required", False), "content": content}


def _security_schemes(contract: Node) -> Node:
    schemes = contract.get("components", {}).get("securitySchemes", {})
    return {name: _security_scheme(scheme) for name, scheme in schemes.items()}


def _security_scheme(scheme: Node) -> Node:
    if (scheme["type"], scheme.get("scheme")) == ("http", "bearer"):
        # To the gateway a token is a header, which an authorizer looks at; Terraform names it.
        return BEARER_TOKEN
    return {key: value for key, value in scheme.items() if key in {"type", "in", "name"}}


def _reachable(paths: Node, schemas: Node) -> Node:
    """Collect the schemas that the paths lead to, sanitised, in the order of the contract."""
    found: Node = {}
    waiting = list(_references(paths))
    while waiting:
        reference = waiting.pop()
        name = reference.removeprefix(SCHEMA_REFERENCE)
        if name not in schemas:
            raise BuildError(f"{reference}: the contract has no such schema.")
        if name not in found:
            found[name] = sanitise(schemas[name])
            waiting += _references(found[name])
    return {name: found[name] for name in schemas if name in found}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        # A property may be called `$ref`: then it is no text.
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _resolve(contract: Node, node: Node) -> Node:
    """Follow references within the contract."""
    while "$ref" in node:
        target: Any = contract
        for key in node["$ref"].removeprefix("#/").split("/"):
            if not isinstance(target, dict) or key not in target:
                raise BuildError(f"{node['$ref']}: the contract holds nothing there.")
            target = target[key]
        node = target
    return node
