"""Gap: the event of a proxy integration lacks the caller's key, the address called, the request id.

On AWS `requestContext` holds `identity.apiKey` and `identity.apiKeyId` for a method that needs a
key, `domainName`, every other field of `identity` (null when it does not apply), the address of
the connection as `identity.sourceIp`, as `requestId` the id that the client gets in
`x-amzn-RequestId`, and as `path` the path that the client called, with the stage or base path in
front; the header `X-Forwarded-Proto` is always there (API Gateway Developer Guide, "Input format of
a Lambda function for proxy integration").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws import exchange
from local_aws.emulator import gateway

_BY_PATH = ("127.0.0.1", "localhost")  # where the API is named by the path, not by the host
_IDENTITY = (
    "accessKey", "accountId", "apiKey", "apiKeyId", "caller", "cognitoAuthenticationProvider",
    "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId",
    "user", "userArn",
)  # fmt: skip


def apply() -> None:
    """Complete the event that MiniStack builds."""
    exchange.install()
    gateway._build_lambda_event_v1 = _completing(gateway._build_lambda_event_v1)


def _completing(build: Callable[..., Any]) -> Callable[..., Any]:
    def build_lambda_event(*args: Any, **kwargs: Any) -> Any:
        event = build(*args, **kwargs)
        current = exchange.current()
        if current is not None:
            _complete(event["requestContext"], current)
            event["headers"]["X-Forwarded-Proto"] = "http"
            event["multiValueHeaders"]["X-Forwarded-Proto"] = ["http"]
        return event

    return build_lambda_event


def _complete(context: dict[str, Any], current: exchange.Exchange) -> None:
    request_id = current.request["request_id"]
    host = current.header("host")
    context |= {
        "requestId": request_id,
        "extendedRequestId": request_id,
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "path": _path_called(context["path"], current, host),
    }
    identity = dict.fromkeys(_IDENTITY) | context["identity"]
    identity["sourceIp"] = current.source_ip
    if current.api_key is not None:
        identity["apiKeyId"] = current.api_key["id"]
        identity["apiKey"] = current.api_key["value"]
    context["identity"] = identity


def _path_called(path: str, current: exchange.Exchange, host: str) -> str:
    """The path with all that stands in front of the resource's in the URL."""
    if host.partition(":")[0] not in _BY_PATH:
        return path
    request = current.request
    resource = path.removeprefix(f"/{request['stage_name']}")
    return f"/restapis/{request['api_id']}/{request['stage_name']}/_user_request_{resource}"
