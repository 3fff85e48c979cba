"""The rules for the OpenAPI document that API Gateway imports.

Most are of the developer guide's "Amazon API Gateway important notes" and "quotas"; a few are known
from imports that failed. No emulator minds any of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from .models import shape
from .rules import Node, Rule, Rules, put, words

pytestmark = pytest.mark.xdist_group("aws_rules")

RULES: Rules[Node] = Rules()
METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}
ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
RESPONSES = "x-amazon-apigateway-gateway-responses"
AUTHORIZER = "x-amazon-apigateway-authorizer"
VALIDATORS = "x-amazon-apigateway-request-validators"
EXTENSIONS = {
    ANY_METHOD,
    INTEGRATION,
    RESPONSES,
    VALIDATORS,
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-request-validator",
}
# JSON Schema draft 4, without what the import refuses or silently changes.
KEYWORDS = {
    "type", "required", "enum", "multipleOf", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
    "minProperties", "maxProperties", "items", "additionalProperties", "allOf", "properties",
    "patternProperties", "$ref",
}  # fmt: skip
# Remapped or dropped on the way out: api-gateway-known-issues, "REST APIs". `WWW-Authenticate`
# is when a function sends it, and not when a gateway response does.
RESERVED_HEADERS = {
    "authorization", "connection", "content-encoding", "content-length", "content-md5", "date",
    "expect", "host", "max-forwards", "proxy-authenticate", "server", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "via", "warning",
}  # fmt: skip
# Java and ECMAScript read these differently, or one of them not at all. Both look ahead alike.
UNPORTABLE = re.compile(r"\(\?(?![:=!])|\\[AZzbBGpPQEhHvVRX]|[*+?}]\+|\[\[|&&|\\d|\\w")
ITEMS, ITEM = "/items", "/items/{itemId}"


def operations(body: Node) -> Iterator[tuple[str, Node]]:
    for path, item in body["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def gateway_responses(body: Node) -> Iterator[tuple[str, Node]]:
    yield from body[RESPONSES].items()


def schemas(body: Node) -> Iterator[tuple[str, Any]]:
    """Every schema at every depth: models, bodies and parameters."""
    for name, schema in body["components"]["schemas"].items():
        yield from nested(name, schema)
    for where, operation in operations(body):
        for media_type, described in request_content(operation).items():
            yield from nested(f"{where} {media_type}", described["schema"])
        for parameter in operation.get("parameters", []):
            yield from nested(f"{where} {parameter['name']}", parameter["schema"])


def nested(where: str, schema: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(schema, dict):  # additionalProperties: false
        return
    yield where, schema
    for keyword in ("items", "additionalProperties"):
        yield from nested(f"{where}/{keyword}", schema.get(keyword))
    for index, inner in enumerate(schema.get("allOf", [])):
        yield from nested(f"{where}/allOf/{index}", inner)
    for keyword in ("properties", "patternProperties"):
        for name, inner in schema.get(keyword, {}).items():
            yield from nested(f"{where}/{keyword}/{name}", inner)


def request_content(operation: Node) -> Node:
    content: Node = operation.get("requestBody", {}).get("content", {})
    return content


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from references(inner)


def a_schema(**keywords: Any) -> Any:
    """A breach: one more property, three levels down in a model."""
    deep = {"type": "object", "properties": {"inner": {"type": "array", "items": keywords}}}
    return put("components", "schemas", "ItemInput", "properties", "deep", value=deep)


@RULES.add("only OpenAPI 3.0 is read", put("openapi", value="3.1.0"))
def _version(body: Node) -> Iterator[str]:
    if not body["openapi"].startswith("3.0."):
        yield body["openapi"]


@RULES.add("an import is at most 6 MB", put("info", "description", value="x" * 6_000_001))
def _size(body: Node) -> Iterator[str]:
    if (size := len(json.dumps(body).encode())) > 6_000_000:
        yield f"{size} bytes"


@RULES.add("an API has at most 300 resources", lambda body: body["paths"].update(
    {f"/n{number}": {} for number in range(300)}
))  # fmt: skip
def _resources(body: Node) -> Iterator[str]:
    nodes = {
        "/".join(parts[: n + 1]) for parts in map(split, body["paths"]) for n in range(len(parts))
    }
    if len(nodes) > 300:
        yield f"{len(nodes)} resources"


def split(path: str) -> list[str]:
    return path.strip("/").split("/")


@RULES.add("schemas at any depth have the keywords of draft 4 that the import takes", a_schema(
    type="string", nullable=True
))  # fmt: skip
def _keywords(body: Node) -> Iterator[str]:
    for where, schema in schemas(body):
        yield from (f"{where}: {keyword}" for keyword in schema.keys() - KEYWORDS)


@RULES.add("exclusive bounds are booleans, as in draft 4", a_schema(exclusiveMinimum=0))
def _exclusive_bounds(body: Node) -> Iterator[str]:
    for where, schema in schemas(body):
        for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
            if not isinstance(schema.get(keyword, True), bool):
                yield f"{where}: {keyword}"


@RULES.add("a schema has one type, by name", a_schema(type=["string", "null"]))
def _types(body: Node) -> Iterator[str]:
    known = {"string", "number", "integer", "boolean", "object", "array", "null"}
    for where, schema in schemas(body):
        if not isinstance(schema.get("type", "string"), str) or not known >= {
            schema.get("type", "string")
        }:
            yield f"{where}: {schema['type']}"


@RULES.add("required names at least one field, as draft 4 has it", a_schema(required=[]))
def _required(body: Node) -> Iterator[str]:
    for where, schema in schemas(body):
        if "required" in schema and not (
            schema["required"] and isinstance(schema["required"], list)
        ):
            yield where


@RULES.add("patterns mean the same in Java as in ECMAScript", a_schema(pattern=r"^(?<year>\d+)$"))
def _patterns(body: Node) -> Iterator[str]:
    for where, schema in schemas(body):
        pattern = schema.get("pattern", "")
        if UNPORTABLE.search(pattern):
            yield f"{where}: {pattern}"


@RULES.add(
    "a model's name is letters and digits", put("components", "schemas", "Item-Input", value={})
)
def _model_names(body: Node) -> Iterator[str]:
    yield from (n for n in body["components"]["schemas"] if not re.fullmatch("[A-Za-z0-9]+", n))


@RULES.add("a model is at most 400 kB", a_schema(enum=["x" * 400_000]))
def _model_sizes(body: Node) -> Iterator[str]:
    for name, schema in body["components"]["schemas"].items():
        if len(json.dumps(schema)) > 400_000:
            yield name


@RULES.add("a request body is validated by a named model", put(
    "paths", ITEMS, "post", "requestBody", "content", "application/json", value={"schema": {}}
))  # fmt: skip
def _named_models(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        for media_type, described in request_content(operation).items():
            if set(described) != {"schema"} or set(described["schema"]) != {"$ref"}:
                yield f"{where} {media_type}"


@RULES.add(
    "references stay in the document and name a model", a_schema(**{"$ref": "other.json#/A"})
)
def _references(body: Node) -> Iterator[str]:
    models = {f"#/components/schemas/{name}" for name in body["components"]["schemas"]}
    yield from (reference for reference in references(body) if reference not in models)


@RULES.add("a path's segment has allowed characters, a parameter is a whole segment", put(
    "paths", "/items/{itemId}.json", value={}
))  # fmt: skip
def _segments(body: Node) -> Iterator[str]:
    allowed = re.compile(r"[A-Za-z0-9._:,-]+|\{[A-Za-z0-9._:,-]+\+?\}")
    for path in body["paths"]:
        yield from (f"{path}: {s}" for s in split(path) if path != "/" and not allowed.fullmatch(s))


@RULES.add("sibling path parameters have one name", put("paths", "/items/{id}/notes", value={}))
def _siblings(body: Node) -> Iterator[str]:
    names: dict[str, str] = {}
    for path in body["paths"]:
        parts = split(path)
        for index, part in enumerate(parts):
            parent = "/".join(parts[:index])
            if part.startswith("{") and names.setdefault(parent, part) != part:
                yield f"{parent}: {names[parent]} and {part}"


@RULES.add("/ping and /sping are reserved", put("paths", "/ping", value={}))
def _reserved_paths(body: Node) -> Iterator[str]:
    yield from {"/ping", "/sping"} & body["paths"].keys()


@RULES.add("methods are those that API Gateway has", put("paths", ITEMS, "trace", value={}))
def _methods(body: Node) -> Iterator[str]:
    for path, item in body["paths"].items():
        yield from (f"{key} {path}" for key in item.keys() - METHODS - {ANY_METHOD})


@RULES.add(
    "an operation's name is unique", put("paths", ITEM, "get", "operationId", value="listItems")
)
def _operation_ids(body: Node) -> Iterator[str]:
    names = [o["operationId"] for _, o in operations(body) if "operationId" in o]
    yield from (name for name in set(names) if names.count(name) > 1 or not name.isalnum())


@RULES.add("of a parameter only name, place, need, type and description are read", put(
    "paths", ITEMS, "get", "parameters", 0, "schema", value={"type": "string", "enum": ["draft"]}
))  # fmt: skip
def _parameters(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        for parameter in operation.get("parameters", []):
            extra = parameter.keys() - {"name", "in", "required", "schema", "description"}
            if extra or parameter["schema"].keys() - {"type", "items"}:
                yield f"{where} {parameter['name']}"


@RULES.add("parameters are in the path, the query or the header, named as a mapping can", put(
    "paths", ITEMS, "get", "parameters", 0, "name", value="filter[status]"
))  # fmt: skip
def _parameter_names(body: Node) -> Iterator[str]:
    # Each becomes a key of requestParameters: method.request.querystring.NAME.
    for where, operation in operations(body):
        for parameter in operation.get("parameters", []):
            named = re.fullmatch(r"[A-Za-z0-9._$-]+", parameter["name"])
            if not named or parameter["in"] not in {"path", "query", "header"}:
                yield f"{where} {parameter['name']}"


@RULES.add("every path parameter is declared, and required", put(
    "paths", ITEM, "delete", "parameters", value=[]
))  # fmt: skip
def _path_parameters(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        declared = [
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "path" and parameter.get("required")
        ]
        if sorted(declared) != sorted(re.findall(r"\{([^}+]+)\+?\}", where)):
            yield where


@RULES.add("a Lambda integration is called by POST, whatever the method", put(
    "paths", ITEMS, "get", INTEGRATION, "httpMethod", value="GET"
))  # fmt: skip
def _integration_method(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        integration = operation.get(INTEGRATION, {})
        if (integration.get("type"), integration.get("httpMethod")) != ("aws_proxy", "POST"):
            yield where


@RULES.add("an integration's URI invokes the alias of a function of this region", put(
    "paths", ITEMS, "get", INTEGRATION, "uri", value="arn:aws:lambda:eu-west-1:123456789012:items"
))  # fmt: skip
def _integration_uri(body: Node) -> Iterator[str]:
    uri = re.compile(
        r"arn:aws:apigateway:([a-z0-9-]+):lambda:path/2015-03-31/functions/"
        r"arn:aws:lambda:\1:\d{12}:function:[A-Za-z0-9_-]+:live/invocations"
    )
    for where, operation in operations(body):
        if not uri.fullmatch(operation.get(INTEGRATION, {}).get("uri", "")):
            yield where


@RULES.add("an integration has no time-out above 29 s and no credentials of its own", put(
    "paths", ITEMS, "get", INTEGRATION, "timeoutInMillis", value=30_000
))  # fmt: skip
def _integration_timeout(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        integration = operation.get(INTEGRATION, {})
        if (
            not 50 <= integration.get("timeoutInMillis", 29_000) <= 29_000
            or "credentials" in integration
        ):
            yield where


@RULES.add("passthroughBehavior is one of three", put(
    "paths", ITEMS, "get", INTEGRATION, "passthroughBehavior", value="always"
))  # fmt: skip
def _passthrough(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        behaviour = operation.get(INTEGRATION, {}).get("passthroughBehavior")
        if behaviour not in {"when_no_match", "when_no_templates", "never"}:
            yield f"{where}: {behaviour}"


@RULES.add("every operation says its security: the import ignores the root's", lambda body: (
    body["paths"][ITEMS]["get"].pop("security")
))  # fmt: skip
def _security(body: Node) -> Iterator[str]:
    schemes = body["components"]["securitySchemes"].keys()
    for where, operation in operations(body):
        named = {
            name
            for alternative in operation.get("security", [{"none": []}])
            for name in alternative
        }
        yield from (f"{where}: {name}" for name in named - schemes)


@RULES.add("the API key comes in the header x-api-key", put(
    "components", "securitySchemes", "ApiKey", "name", value="X-Key"
))  # fmt: skip
def _api_key(body: Node) -> Iterator[str]:
    # The name is API Gateway's: any other makes a scheme that nothing checks.
    expected = {"type": "apiKey", "in": "header", "name": "x-api-key"}
    if body["components"]["securitySchemes"].get("ApiKey") != expected:
        yield "ApiKey"
    if body["x-amazon-apigateway-api-key-source"] != "HEADER":
        yield "source"


@RULES.add(
    "of an operation's security there is one alternative: the import asks for all of them together",
    put("paths", ITEMS, "get", "security", value=[{"ApiKey": [], "UserToken": []}, {"ApiKey": []}]),
)
def _alternatives(body: Node) -> Iterator[str]:
    yield from (where for where, operation in operations(body) if len(operation["security"]) > 1)


@RULES.add("no operation has scopes: with them the authorizer takes access tokens", put(
    "paths", ITEMS, "get", "security", value=[{"UserToken": ["aws.cognito.signin.user.admin"]}]
))  # fmt: skip
def _scopes(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        scopes = [scopes for required in operation["security"] for scopes in required.values()]
        yield from (f"{where}: {names}" for names in scopes if names)


@RULES.add("the user's token comes in a header, to an authorizer of one user pool", put(
    "components", "securitySchemes", "UserToken", AUTHORIZER, "providerARNs",
    value=["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/*"],
))  # fmt: skip
def _authorizer(body: Node) -> Iterator[str]:
    scheme = dict(body["components"]["securitySchemes"]["UserToken"])
    authorizer = scheme.pop(AUTHORIZER, {})
    if scheme != {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
    }:
        yield f"{scheme}"
    if authorizer.get("type") != "cognito_user_pools" or len(authorizer["providerARNs"]) != 1:
        yield f"{authorizer}"
    pool = re.compile(r"arn:aws:cognito-idp:([a-z0-9-]+):\d{12}:userpool/\1_[A-Za-z0-9]+")
    yield from (arn for arn in authorizer["providerARNs"] if not pool.fullmatch(arn))


@RULES.add("the default validator exists and validates all", put(
    "x-amazon-apigateway-request-validator", value="full"
))  # fmt: skip
def _validator(body: Node) -> Iterator[str]:
    chosen = body[VALIDATORS].get(body["x-amazon-apigateway-request-validator"])
    if chosen != {"validateRequestBody": True, "validateRequestParameters": True}:
        yield str(chosen)


@RULES.add("every operation has a response, inline", put(
    "paths", ITEMS, "get", "responses", value={"400": {"$ref": "#/components/responses/BadRequest"}}
))  # fmt: skip
def _responses(body: Node) -> Iterator[str]:
    for where, operation in operations(body):
        responses = operation.get("responses", {})
        if not responses or any("description" not in response for response in responses.values()):
            yield where


@RULES.add("extensions are API Gateway's own", put("paths", ITEMS, "x-function", value={}))
def _extensions(body: Node) -> Iterator[str]:
    found = [*body, *body["info"], *body["components"]]
    for item in body["paths"].values():
        found += item
    for _, operation in operations(body):
        found += operation
    yield from {key for key in found if key.startswith("x-")} - EXTENSIONS


@RULES.add("types of gateway responses exist", put(RESPONSES, "NOT_FOUND", value={}))
def _response_types(body: Node) -> Iterator[str]:
    known = shape("apigateway", "PutGatewayResponse", "responseType").metadata["enum"]
    yield from body[RESPONSES].keys() - set(known)


@RULES.add("the default gateway responses keep the status that was chosen", put(
    RESPONSES, "DEFAULT_4XX", "statusCode", value="400"
))  # fmt: skip
def _default_responses(body: Node) -> Iterator[str]:
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        if "statusCode" in body[RESPONSES].get(kind, {"statusCode": ""}):
            yield kind


@RULES.add("a gateway response's status is text of three digits", put(
    RESPONSES, "THROTTLED", "statusCode", value=429
))  # fmt: skip
def _statuses(body: Node) -> Iterator[str]:
    for kind, response in gateway_responses(body):
        if not re.fullmatch("[45][0-9]{2}", str(response.get("statusCode", "400"))):
            yield kind
        if not isinstance(response.get("statusCode", ""), str):
            yield kind


@RULES.add("a gateway response's header is a quoted text or a value of the request", put(
    RESPONSES, "THROTTLED", "responseParameters", "gatewayresponse.header.Retry-After", value="1"
))  # fmt: skip
def _response_headers(body: Node) -> Iterator[str]:
    value = re.compile(
        r"'[^']*'|context\.[A-Za-z.]+|method\.request\.(header|querystring|path)\.[\w-]+"
    )
    for kind, response in gateway_responses(body):
        for name, mapping in response["responseParameters"].items():
            if not re.fullmatch(
                r"gatewayresponse\.header\.[A-Za-z-]+", name
            ) or not value.fullmatch(mapping):
                yield f"{kind} {name}: {mapping}"


@RULES.add("no gateway response sets a header that API Gateway drops or remaps", put(
    RESPONSES, "UNAUTHORIZED", "responseParameters", "gatewayresponse.header.Server", value="'K'"
))  # fmt: skip
def _reserved_headers(body: Node) -> Iterator[str]:
    for kind, response in gateway_responses(body):
        names = {name.rpartition(".")[2].lower() for name in response["responseParameters"]}
        yield from (f"{kind}: {name}" for name in names & RESERVED_HEADERS)


@RULES.add("a gateway response's template sees only $context", put(
    RESPONSES, "THROTTLED", "responseTemplates", "application/json",
    value='{"detail": "$input.body"}',
))  # fmt: skip
def _templates(body: Node) -> Iterator[str]:
    for kind, response in gateway_responses(body):
        for media_type, template in response["responseTemplates"].items():
            if (
                set(re.findall(r"\$(\w+)", template)) - {"context"}
                or media_type != "application/json"
            ):
                yield f"{kind} {media_type}"


@RULES.add("a gateway response is JSON, and never quotes a text that brings its own quotes", put(
    RESPONSES, "THROTTLED", "responseTemplates", "application/json",
    value='{"detail": "$context.error.messageString"}',
))  # fmt: skip
def _template_json(body: Node) -> Iterator[str]:
    for kind, response in gateway_responses(body):
        template = response["responseTemplates"]["application/json"]
        rendered = template.replace("$context.error.messageString", '"Forbidden"')
        try:
            json.loads(rendered)
        except ValueError as error:
            yield f"{kind}: {error}"


@pytest.mark.parametrize("rule", RULES, ids=words)
def test_the_api_body_obeys(rule: Rule[Node], body: Node) -> None:
    rule.holds(body)


@pytest.mark.parametrize("rule", RULES, ids=words)
def test_a_breach_is_noticed(rule: Rule[Node], body: Node) -> None:
    rule.notices(body)
