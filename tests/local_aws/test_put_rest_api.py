from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.stack import Stack, assert_gap


def document(stack: Stack, **changes: Any) -> dict[str, Any]:
    """A REST API as Terraform renders it."""
    proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": stack.alias_uri}
    preflight = {
        "type": "mock",
        "httpMethod": "POST",
        "requestTemplates": {"application/json": '{"statusCode": 204}'},
        "responses": {
            "default": {
                "statusCode": "204",
                "responseParameters": {"method.response.header.Allow": "'GET,POST'"},
            }
        },
    }
    item = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "imported", "version": "1"},
        "x-amazon-apigateway-api-key-source": "HEADER",
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
        "x-amazon-apigateway-request-validator": "all",
        "x-amazon-apigateway-gateway-responses": {
            "MISSING_AUTHENTICATION_TOKEN": {
                "statusCode": "404",
                "responseTemplates": {"application/json": '{"title": "Not found"}'},
                "responseParameters": {
                    "gatewayresponse.header.Content-Type": "'application/problem+json'",
                    "gatewayresponse.header.X-Request-Id": "context.requestId",
                },
            }
        },
        "security": [{"ApiKey": []}],
        "paths": {
            "/items": {
                "parameters": [{"$ref": "#/components/parameters/Trace"}],
                "post": {
                    "operationId": "createItem",
                    "requestBody": item,
                    "responses": {"200": {"description": "made"}},
                    "x-amazon-apigateway-integration": proxy,
                },
                "options": {
                    "security": [],
                    "responses": {"204": {"description": "", "headers": {"Allow": {}}}},
                    "x-amazon-apigateway-integration": preflight,
                },
            },
            "/items/{id}": {
                "x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": proxy}
            },
        },
        "components": {
            "parameters": {"Trace": {"name": "trace", "in": "query", "required": True}},
            "schemas": {
                "Item": {
                    "type": "object",
                    "required": ["price"],
                    "properties": {"price": {"$ref": "#/components/schemas/Price"}},
                },
                "Price": {"type": "object", "required": ["amount"]},
            },
            "securitySchemes": {"ApiKey": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
        },
        **changes,
    }


class Imported:
    """An API of its own, made from the document."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.api_id = stack.apigateway.create_rest_api(name="import")["id"]
        self.put(document(stack))
        self.deploy()
        stack.apigateway.update_usage_plan(
            usagePlanId=stack.plan_id,
            patchOperations=[{"op": "add", "path": "/apiStages", "value": f"{self.api_id}:v1"}],
        )

    def put(self, body: dict[str, Any], mode: str = "overwrite") -> None:
        self.stack.apigateway.put_rest_api(
            restApiId=self.api_id,
            mode=mode,
            body=json.dumps(body).encode(),
        )

    def deploy(self) -> str:
        deployment = self.stack.apigateway.create_deployment(restApiId=self.api_id, stageName="v1")
        return str(deployment["id"])

    def request(self, method: str, path: str, **options: Any) -> Any:
        url = f"{self.stack.endpoint}/restapis/{self.api_id}/v1/_user_request_{path}"
        headers = {"x-api-key": self.stack.key, **options.pop("headers", {})}
        return self.stack.http.request(method, url, headers=headers, **options)


@pytest.fixture(scope="module")
def imported(stack: Stack) -> Imported:
    return Imported(stack)


def test_an_imported_operation_invokes_its_function(imported: Imported) -> None:
    answer = imported.request("POST", "/items?trace=1", json={"price": {"amount": "1"}})
    assert answer.status_code == 200
    assert answer.json()["event"]["resource"] == "/items"


def test_any_method_serves_every_method(imported: Imported) -> None:
    answer = imported.request("DELETE", "/items/7")
    assert answer.json()["event"]["pathParameters"] == {"id": "7"}


def test_the_key_scheme_is_enforced(imported: Imported) -> None:
    assert imported.request("GET", "/items/7", headers={"x-api-key": ""}).status_code == 403


def test_empty_security_needs_no_key(imported: Imported) -> None:
    answer = imported.request("OPTIONS", "/items?trace=1", headers={"x-api-key": ""})
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET,POST")


def test_bodies_are_validated_through_nested_references(imported: Imported) -> None:
    assert imported.request("POST", "/items?trace=1", json={"price": {}}).status_code == 400


def test_required_parameters_shared_by_a_path_are_validated(imported: Imported) -> None:
    answer = imported.request("POST", "/items", json={"price": {"amount": "1"}})
    assert (answer.status_code, "trace" in answer.text) == (400, True)


def test_gateway_responses_are_imported(imported: Imported) -> None:
    answer = imported.request("GET", "/nowhere")
    assert (answer.status_code, answer.json()) == (404, {"title": "Not found"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.headers["x-amzn-requestid"]


def test_a_second_import_replaces_the_first(imported: Imported) -> None:
    client = imported.stack.apigateway
    before = client.get_resources(restApiId=imported.api_id)["items"]
    imported.put(document(imported.stack, paths={}))
    assert len(client.get_resources(restApiId=imported.api_id)["items"]) == 1
    imported.put(document(imported.stack))
    after = client.get_resources(restApiId=imported.api_id)["items"]
    assert sorted(each["path"] for each in after) == sorted(each["path"] for each in before)


@pytest.mark.parametrize(
    "changes",
    [
        {"openapi": "3.1.0"},
        {"x-amazon-apigateway-request-validator": "none"},
        {"components": {}},
        {"components": {"schemas": {"no_good": {}}}},
    ],
)
def test_a_refused_document_changes_nothing(imported: Imported, changes: dict[str, Any]) -> None:
    client = imported.stack.apigateway
    before = client.get_resources(restApiId=imported.api_id)["items"]
    with pytest.raises(ClientError, match="Unable to import"):
        imported.put(document(imported.stack, **changes))
    assert client.get_resources(restApiId=imported.api_id)["items"] == before


def test_merging_is_refused(imported: Imported) -> None:
    with pytest.raises(ClientError, match="overwrite"):
        imported.put(document(imported.stack), mode="merge")


def test_a_stage_serves_its_deployment_until_the_next_one(imported: Imported) -> None:
    imported.put(document(imported.stack, paths={}))
    assert imported.request("GET", "/items/7").status_code == 200
    empty = imported.deploy()
    assert imported.request("GET", "/items/7").status_code == 404
    imported.put(document(imported.stack))
    imported.deploy()
    assert imported.request("GET", "/items/7").status_code == 200
    imported.stack.apigateway.delete_deployment(restApiId=imported.api_id, deploymentId=empty)


def serves_the_deployment(stack: Stack) -> None:
    client = stack.apigateway
    made = client.create_resource(restApiId=stack.api_id, parentId=stack.items, pathPart="new")
    try:
        stack.put_method(made["id"], "GET", "")
        assert stack.request(path="items/new").status_code == 403
    finally:
        client.delete_resource(restApiId=stack.api_id, resourceId=made["id"])


def test_a_resource_is_served_once_it_is_deployed(stack: Stack) -> None:
    serves_the_deployment(stack)


def test_an_api_without_its_stage_is_deleted_with_its_snapshots(stack: Stack) -> None:
    gone = stack.apigateway.create_rest_api(name="gone")["id"]
    stack.apigateway.create_deployment(restApiId=gone, stageName="v1")
    stack.apigateway.delete_rest_api(restApiId=gone)
    names = [api["name"] for api in stack.apigateway.get_rest_apis()["items"]]
    assert "gone" not in names


def test_ministack_still_needs_the_import(bare: Stack) -> None:
    assert_gap("put_rest_api", Imported, bare)


def test_ministack_still_needs_the_snapshots(bare: Stack) -> None:
    assert_gap("deployment_snapshots", serves_the_deployment, bare)
