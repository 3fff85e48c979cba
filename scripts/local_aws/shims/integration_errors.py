"""Gap: a function's failure is answered with its own error text, past the gateway responses.

On AWS a function that raises, times out, or returns something else than a proxy answer gives
502 `Internal server error`, and a throttled one 500, both through the gateway response
DEFAULT_5XX; the text stays inside (API Gateway Developer Guide, "Handle Lambda errors in API
Gateway"; "Output format of a Lambda function for proxy integration").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws import exchange
from local_aws.emulator import gateway

_BAD_GATEWAY = 502
_THROTTLED_FUNCTION = 500


class _IntegrationFailedError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def apply() -> None:
    """Turn failures of a function into errors of API Gateway."""
    exchange.install()
    gateway._lambda_proxy_response = _judge
    gateway._invoke_lambda_proxy_v1 = _answering(gateway._invoke_lambda_proxy_v1)
    gateway._gateway_error_response = _with_its_status(gateway._gateway_error_response)


def _judge(result: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """MiniStack's `_lambda_proxy_response`, strict about what a proxy answer is."""
    body = result.get("body")
    if result.get("throttle"):
        raise _IntegrationFailedError(_THROTTLED_FUNCTION, "Lambda throttled the invocation")
    if result.get("error"):
        reason = body.get("errorMessage") if isinstance(body, dict) else body
        raise _IntegrationFailedError(_BAD_GATEWAY, f"Lambda execution failed: {reason}")
    if not isinstance(body, dict) or not str(body.get("statusCode", "")).isdigit():
        raise _IntegrationFailedError(_BAD_GATEWAY, "Malformed Lambda proxy response")
    return body, None


def _answering(invoke: Callable[..., Any]) -> Callable[..., Any]:
    async def invoke_lambda_proxy(*args: Any, **kwargs: Any) -> Any:
        try:
            status, headers, body = await invoke(*args, **kwargs)
        except _IntegrationFailedError as failure:
            if (current := exchange.current()) is not None:
                current.integration_error = str(failure)
            error = gateway._GatewayError("DEFAULT_5XX", "Internal server error")
            error.status = failure.status
            return error
        return int(status), headers, b"" if body is None else body

    return invoke_lambda_proxy


def _with_its_status(respond: Callable[..., Any]) -> Callable[..., Any]:
    def gateway_error_response(error: Any, request: Any) -> Any:
        status, headers, body = respond(error, request)
        deployed = gateway._deployed_gateway_responses.get(request["api_id"], {})
        customized = deployed.get(request["stage"].get("deploymentId")) or {}
        if "statusCode" in customized.get("DEFAULT_5XX", {}):
            return status, headers, body
        return getattr(error, "status", status), headers, body

    return gateway_error_response
