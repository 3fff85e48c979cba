"""Gap: the event of a proxy integration lacks the key, the domain, the path as sent, and the id.

On AWS `requestContext` holds `identity.apiKey` and `identity.apiKeyId` for a method that needs a
key, `domainName`, every other field of `identity` (null when it does not apply), the address of
the connection as `identity.sourceIp`, as `path` the path that the client sent, and as `requestId`
the id that it gets in `x-amzn-RequestId`. `X-Forwarded-Proto` names the client's scheme (API
Gateway Developer Guide, "Input format of a Lambda function for proxy integration").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws import exchange
from local_aws.emulator import gateway

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
            _forward(event)
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
    }
    if not host.startswith(f"{context['apiId']}."):
        # The address that the local AWS has for a stage, where AWS has a host name.
        stage = f"/{context['stage']}"
        rest = context["path"].removeprefix(stage)
        context["path"] = f"/restapis/{context['apiId']}{stage}/_user_request_{rest}"
    identity = dict.fromkeys(_IDENTITY) | context["identity"]
    identity["sourceIp"] = current.source_ip
    if current.api_key is not None:
        identity["apiKeyId"] = current.api_key["id"]
        identity["apiKey"] = current.api_key["value"]
    context["identity"] = identity


def _forward(event: dict[str, Any]) -> None:
    event["headers"]["X-Forwarded-Proto"] = "http"
    event["multiValueHeaders"]["X-Forwarded-Proto"] = ["http"]
