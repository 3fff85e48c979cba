"""Gap: PutRestApi, the import of an OpenAPI document into an existing REST API, is missing.

On AWS, `mode=overwrite` replaces all that the document describes: resources, methods,
integrations, models, validators, gateway responses and authorizers, at once (API Gateway API
Reference, PutRestApi; Developer Guide, "API Gateway extensions for OpenAPI"). Terraform calls it
for `aws_api_gateway_rest_api.body`. `mode=merge` is not offered here: nothing uses it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from local_aws.emulator import gateway

Json = dict[str, Any]

_ANY_METHOD = "x-amazon-apigateway-any-method"
_LOCATIONS = {"query": "querystring", "header": "header", "path": "path"}
_INTEGRATION_FIELDS = (
    "uri", "httpMethod", "requestTemplates", "requestParameters", "timeoutInMillis", "credentials",
    "contentHandling", "cacheKeyParameters", "connectionType",
)  # fmt: skip
_STORES = ("_resources", "_authorizers_v1", "_models", "_request_validators", "_gateway_responses")


class ImportRefusedError(Exception):
    """The document cannot be imported; the message says why."""


def apply() -> None:
    """Answer `PUT /restapis/{id}`."""
    gateway.handle_request = _routing(gateway.handle_request)


def _routing(handle: Callable[..., Any]) -> Callable[..., Any]:
    async def handle_request(
        method: str, path: str, headers: Json, body: bytes, query_params: Json
    ) -> Any:
        match method, path.strip("/").split("/"):
            case "PUT", ["restapis", api_id]:
                return _put_rest_api(api_id, body, gateway._qp(query_params, "mode", "merge"))
            case _:
                return await handle(method, path, headers, body, query_params)

    return handle_request


def _put_rest_api(api_id: str, body: bytes, mode: str) -> Any:
    if api_id not in gateway._rest_apis:
        return gateway._v1_error("NotFoundException", "Invalid API identifier specified", 404)
    before = {name: copy.deepcopy(getattr(gateway, name).get(api_id)) for name in _STORES}
    try:
        if mode != "overwrite":
            raise ImportRefusedError("the local AWS imports with mode=overwrite only")
        _overwrite(api_id, _parse(body))
    except ImportRefusedError as refused:
        for name, state in before.items():
            getattr(gateway, name)[api_id] = state
        return gateway._v1_error("BadRequestException", f"Unable to import: {refused}", 400)
    return gateway._v1_response(gateway._rest_api_view(gateway._rest_apis[api_id]))


def _parse(body: bytes) -> Json:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ImportRefusedError(f"the body is not JSON: {error}") from error
    if not str(document.get("openapi", "")).startswith("3.0"):
        raise ImportRefusedError("only OpenAPI 3.0 is read")
    return dict(document)


def _overwrite(api_id: str, document: Json) -> None:
    _set_api(gateway._rest_apis[api_id], document)
    resources = gateway._resources[api_id]
    root = next(resource for resource in resources.values() if resource["path"] == "/")
    gateway._resources[api_id] = {root["id"]: {**root, "resourceMethods": {}}}
    for store in _STORES[1:]:
        getattr(gateway, store)[api_id] = {}
    _Import(api_id, document).run()


def _set_api(api: Json, document: Json) -> None:
    info = document.get("info") or {}
    api["name"] = info.get("title") or api["name"]
    api["description"] = info.get("description", "")
    api["version"] = info.get("version", "")
    for extension, attribute in (
        ("x-amazon-apigateway-api-key-source", "apiKeySource"),
        ("x-amazon-apigateway-binary-media-types", "binaryMediaTypes"),
        ("x-amazon-apigateway-minimum-compression-size", "minimumCompressionSize"),
    ):
        if extension in document:
            api[attribute] = document[extension]


class _Import:
    """One document on its way into one API."""

    def __init__(self, api_id: str, document: Json) -> None:
        self.api_id = api_id
        self.document = document

    def run(self) -> None:
        for name, schema in ((self.document.get("components") or {}).get("schemas") or {}).items():
            self._put_model(name, schema)
        self.validators = {
            name: _created(gateway._create_request_validator(self.api_id, {"name": name, **flags}))
            for name, flags in (
                self.document.get("x-amazon-apigateway-request-validators") or {}
            ).items()
        }
        for response_type, response in (
            self.document.get("x-amazon-apigateway-gateway-responses") or {}
        ).items():
            _created(gateway._put_gateway_response(self.api_id, response_type, response))
        self.schemes = gateway._import_security_schemes(self.api_id, self.document)
        for path, item in (self.document.get("paths") or {}).items():
            resource_id = self._resource(path)
            for method, operation in _operations(item):
                self._put_method(resource_id, method, operation, item.get("parameters") or [])

    def _put_model(self, name: str, schema: Json) -> None:
        if not name.isalnum():
            raise ImportRefusedError(f"model name must be alphanumeric: {name}")
        schema = self._with_model_references(schema)
        model = {"name": name, "contentType": "application/json", "schema": json.dumps(schema)}
        _created(gateway._create_model(self.api_id, model))

    def _with_model_references(self, schema: Any) -> Any:
        """Point the references of a schema at models, as API Gateway does."""
        if isinstance(schema, list):
            return [self._with_model_references(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        models = f"https://apigateway.amazonaws.com/restapis/{self.api_id}/models/"
        return {
            key: value.replace("#/components/schemas/", models)
            if key == "$ref" and isinstance(value, str)
            else self._with_model_references(value)
            for key, value in schema.items()
        }

    def _resource(self, path: str) -> str:
        """Find the id of the resource at a path; make it, with its parents, where it is missing."""
        resources = gateway._resources[self.api_id]
        found = next(id_ for id_, resource in resources.items() if resource["path"] == "/")
        at = ""
        for part in filter(None, path.split("/")):
            at = f"{at}/{part}"
            child = next((i for i, resource in resources.items() if resource["path"] == at), None)
            found = child or _created(
                gateway._create_resource(self.api_id, found, {"pathPart": part})
            )
        return str(found)

    def _put_method(
        self, resource_id: str, method: str, operation: Json, shared: list[Json]
    ) -> None:
        security = operation.get("security", self.document.get("security"))
        gateway._put_method(self.api_id, resource_id, method, {
            **gateway._method_security(security, self.schemes),
            "operationName": operation.get("operationId", ""),
            "requestParameters": self._parameters([*shared, *(operation.get("parameters") or [])]),
            "requestModels": self._request_models(operation),
            "requestValidatorId": self._validator(operation),
        })  # fmt: skip
        for status, response in (operation.get("responses") or {}).items():
            headers = self._resolve(response).get("headers") or {}
            parameters = {f"method.response.header.{name}": False for name in headers}
            gateway._put_method_response(
                self.api_id, resource_id, method, str(status), {"responseParameters": parameters}
            )
        integration = operation.get("x-amazon-apigateway-integration")
        if integration:
            self._put_integration(resource_id, method, integration)

    def _parameters(self, parameters: list[Json]) -> dict[str, bool]:
        resolved = [self._resolve(parameter) for parameter in parameters]
        return {
            f"method.request.{_LOCATIONS[each['in']]}.{each['name']}": bool(each.get("required"))
            for each in resolved
            if each.get("in") in _LOCATIONS
        }

    def _request_models(self, operation: Json) -> dict[str, str]:
        content = self._resolve(operation.get("requestBody") or {}).get("content") or {}
        models = {}
        for media_type, media in content.items():
            schema = media.get("schema")
            if not schema:
                continue
            name = schema.get("$ref", "").rpartition("/")[2]
            if not name:  # an inline schema becomes a model with a made-up name
                name = f"MODEL{gateway._new_id()}"
                self._put_model(name, schema)
            elif name not in gateway._models[self.api_id]:
                raise ImportRefusedError(f"no such model: {name}")
            models[media_type] = name
        return models

    def _validator(self, operation: Json) -> str | None:
        extension = "x-amazon-apigateway-request-validator"
        name = operation.get(extension, self.document.get(extension))
        if name is not None and name not in self.validators:
            raise ImportRefusedError(f"no such request validator: {name}")
        return None if name is None else self.validators[name]

    def _put_integration(self, resource_id: str, method: str, integration: Json) -> None:
        data = {field: integration[field] for field in _INTEGRATION_FIELDS if field in integration}
        data["type"] = integration["type"].upper()
        data["passthroughBehavior"] = integration.get(
            "passthroughBehavior", "when_no_match"
        ).upper()
        gateway._put_integration(self.api_id, resource_id, method, data)
        for pattern, response in (integration.get("responses") or {}).items():
            gateway._put_integration_response(
                self.api_id, resource_id, method, str(response["statusCode"]), {
                    "selectionPattern": "" if pattern == "default" else pattern,
                    "responseParameters": response.get("responseParameters") or {},
                    "responseTemplates": response.get("responseTemplates") or {},
                },
            )  # fmt: skip

    def _resolve(self, node: Json) -> Json:
        """Follow the references of the document until there is none."""
        reference = node.get("$ref")
        if reference is None:
            return node
        target: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            if not isinstance(target, dict) or part not in target:
                raise ImportRefusedError(f"unresolved reference: {reference}")
            target = target[part]
        return self._resolve(target)


def _operations(item: Json) -> Iterator[tuple[str, Json]]:
    for key, operation in item.items():
        if key in gateway._OPENAPI_HTTP_METHODS:
            yield key.upper(), operation
        elif key == _ANY_METHOD:
            yield "ANY", operation


def _created(answer: Any) -> str:
    """Return the id in MiniStack's answer; its refusal is ours."""
    status, _, body = answer
    content = json.loads(body)
    if status >= 400:
        raise ImportRefusedError(content["message"])
    return str(content.get("id"))
