"""A small API on a local AWS: one function, one resource, keys, plans, logs.

Made call by call, so that it can be had from MiniStack without shims, too.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.process import ACCOUNT_ID, REGION

HANDLER = """
import importlib.util, json, os

def lambda_handler(event, context):
    query = event.get("queryStringParameters") or {}
    if "raise" in query:
        raise ValueError("what only the operator may read")
    if "text" in query:
        return "not a proxy answer"
    if "orders" in query:
        metrics = [{"Namespace": "shop", "Dimensions": [["service"]],
                    "Metrics": [{"Name": "Orders", "Unit": "Count"}]}]
        print(json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": metrics},
                          "service": "items", "Orders": float(query["orders"])}))
    seen = {"event": event, "version": VERSION, "pid": os.getpid(),
            "sees_ministack": importlib.util.find_spec("ministack") is not None}
    return {"statusCode": int(query.get("status", 200)), "body": json.dumps(seen)}
"""

MODEL = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^[a-z]*$"},
        "quantity": {"type": "integer", "minimum": 0},
        "status": {"enum": ["draft", "active"]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "uniqueItems": True},
    },
}

PROBLEM = (
    '{"type": "$context.error.responseType", "detail": "$context.error.validationErrorString", '
    '"agent": "$context.identity.userAgent", "requestId": "$context.requestId"}'
)

ACCESS_LOG = json.dumps({
    "requestId": "$context.requestId",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "length": "$context.responseLength",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "ip": "$context.identity.sourceIp",
    "agent": "$context.identity.userAgent",
    "key": "$context.identity.apiKeyId",
    "error": "$context.error.responseType",
    "unknown": "$context.authorizer.claims.sub",
})  # fmt: skip


def code(version: str = "1", handler: str = HANDLER) -> bytes:
    """A function's zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", f"VERSION = {version!r}\n{handler}")
    return buffer.getvalue()


def eventually(check: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The first true answer of `check`; it may take a moment."""
    deadline = time.monotonic() + seconds
    while not (answer := check()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert answer
    return answer


def assert_gap(shim: str, check: Callable[[Stack], object], bare: Stack) -> None:
    """MiniStack without the shim must not pass the check that it passes with it."""
    try:
        check(bare)
    except (AssertionError, AttributeError, ClientError, KeyError, TypeError, ValueError):
        return
    pytest.fail(f"MiniStack has caught up: delete scripts/local_aws/shims/{shim}.py")


class Stack:
    """The API and the clients to look at it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        client = self.client
        self.apigateway = client("apigateway")
        self.cloudwatch = client("cloudwatch")
        self.cognito = client("cognito-idp")
        self.dynamodb = client("dynamodb")
        self.iam = client("iam")
        self.lambda_ = client("lambda")
        self.logs = client("logs")
        self.http = httpx.Client(timeout=30)

    def client(self, service: str, key: str = "test", secret: str = "test") -> Any:  # noqa: S107
        """A client of a service, the administrator's unless it has another key."""
        session = boto3.Session(key, secret, region_name=REGION)
        config = Config(retries={"max_attempts": 0})
        return session.client(service, endpoint_url=self.endpoint, config=config)  # type: ignore[call-overload]

    @property
    def alias_uri(self) -> str:
        """What an integration invokes."""
        return (
            f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
            f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:echo:live/invocations"
        )

    def deploy(self) -> Stack:
        """Make the function and the API."""
        self._make_function()
        self._make_api()
        self._make_key()
        return self

    def _make_function(self) -> None:
        role = self.iam.create_role(RoleName="echo", AssumeRolePolicyDocument="{}")["Role"]
        self.lambda_.create_function(
            FunctionName="echo", Runtime="python3.13", Role=role["Arn"],
            Handler="handler.lambda_handler", Code={"ZipFile": code()}, Publish=True,
        )  # fmt: skip
        self.lambda_.create_alias(FunctionName="echo", Name="live", FunctionVersion="1")

    def _make_api(self) -> None:
        api = self.apigateway
        self.api_id = api.create_rest_api(name="shop")["id"]
        root = api.get_resources(restApiId=self.api_id)["items"][0]["id"]
        items = api.create_resource(restApiId=self.api_id, parentId=root, pathPart="items")["id"]
        api.create_model(
            restApiId=self.api_id, name="Item", contentType="application/json",
            schema=json.dumps(MODEL),
        )  # fmt: skip
        validator = api.create_request_validator(
            restApiId=self.api_id, name="all", validateRequestBody=True
        )["id"]
        for method in ("GET", "HEAD", "POST"):
            self.put_method(items, method, validator)
        api.put_gateway_response(
            restApiId=self.api_id, responseType="DEFAULT_4XX",
            responseTemplates={"application/json": PROBLEM},
        )  # fmt: skip
        self.items = items
        self.logs.create_log_group(logGroupName="access")
        group = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:access"
        deployment = api.create_deployment(restApiId=self.api_id)["id"]
        api.create_stage(restApiId=self.api_id, stageName="v1", deploymentId=deployment)
        api.update_stage(restApiId=self.api_id, stageName="v1", patchOperations=[
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": group},
            {"op": "replace", "path": "/accessLogSettings/format", "value": ACCESS_LOG},
        ])  # fmt: skip

    def put_method(self, resource: str, method: str, validator: str) -> None:
        """A method that needs a key and invokes the function."""
        self.apigateway.put_method(
            restApiId=self.api_id, resourceId=resource, httpMethod=method, apiKeyRequired=True,
            authorizationType="NONE", requestValidatorId=validator,
            requestModels={"application/json": "Item"} if method == "POST" else {},
        )  # fmt: skip
        self.apigateway.put_integration(
            restApiId=self.api_id, resourceId=resource, httpMethod=method, type="AWS_PROXY",
            integrationHttpMethod="POST", uri=self.alias_uri,
        )  # fmt: skip

    def _make_key(self) -> None:
        key = self.apigateway.create_api_key(name="demo", value="k" * 20, enabled=True)
        plan = self.apigateway.create_usage_plan(
            name="standard", apiStages=[{"apiId": self.api_id, "stage": "v1"}],
            throttle={"rateLimit": 1000.0, "burstLimit": 1000},
        )  # fmt: skip
        self.apigateway.create_usage_plan_key(
            usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY"
        )
        self.key_id, self.key, self.plan_id = key["id"], key["value"], plan["id"]

    def request(self, method: str = "GET", path: str = "items", **options: Any) -> httpx.Response:
        """Call the API, with the key unless `headers` has another or an empty one."""
        headers = {"x-api-key": self.key, **options.pop("headers", {})}
        url = f"{self.endpoint}/restapis/{self.api_id}/v1/_user_request_/{path}"
        return self.http.request(method, url, headers=headers, **options)

    def access_log(self, request_id: str) -> dict[str, Any]:
        """The line of the access log about a request."""

        def find() -> Any:
            events = self.logs.filter_log_events(logGroupName="access")["events"]
            lines = [json.loads(event["message"]) for event in events]
            return [line for line in lines if line["requestId"] == request_id]

        return dict(eventually(find, seconds=2)[0])

    def metric(self, namespace: str, name: str, statistic: str, **dimensions: str) -> float | None:
        """A metric's statistic over the last hour."""
        now = time.time()
        points = self.cloudwatch.get_metric_statistics(
            Namespace=namespace, MetricName=name, StartTime=now - 3600, EndTime=now + 60,
            Period=86400, Statistics=[statistic],
            Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
        )["Datapoints"]  # fmt: skip
        return points[0][statistic] if points else None
