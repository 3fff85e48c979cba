"""The `$context` variables of an exchange, for gateway responses and access logs.

API Gateway Developer Guide, "Variables for data models, authorizers, mapping templates, and
CloudWatch access logging".
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

from local_aws.emulator import gateway
from local_aws.exchange import Exchange

_VARIABLE = re.compile(r"\$(?:\{context\.([\w.]+?)\}|context\.(\w+(?:\.\w+)*))")


def substitute(template: str, value_of: Callable[[str], str | None]) -> str:
    """Render the `$context` variables of a template; None leaves one as it stands."""

    def replace(match: re.Match[str]) -> str:
        value = value_of(match[1] or match[2])
        return match[0] if value is None else value

    return _VARIABLE.sub(replace, template)


def escaped(value: object) -> str:
    """Escape a value to stand inside a JSON string."""
    return json.dumps(str(value), ensure_ascii=False)[1:-1]


def of_request(exchange: Exchange) -> dict[str, str]:
    """Return the variables that are known once a request has arrived."""
    request = exchange.request
    variables = {
        "accountId": exchange.account,
        "apiId": request["api_id"],
        "domainName": exchange.header("host"),
        "extendedRequestId": request["request_id"],
        "httpMethod": exchange.method,
        "identity.sourceIp": exchange.source_ip,
        "identity.userAgent": exchange.header("user-agent"),
        "path": f"/{request['stage_name']}{exchange.path}",
        "protocol": "HTTP/1.1",
        "requestId": request["request_id"],
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(exchange.arrived)),
        "requestTimeEpoch": str(round(exchange.arrived * 1000)),
        "resourcePath": request["resource_path"],
        "stage": request["stage_name"],
    }
    if exchange.api_key:
        variables["identity.apiKeyId"] = exchange.api_key["id"]
    variables |= {f"authorizer.claims.{name}": text for name, text in exchange.claims.items()}
    return {name: escaped(value) for name, value in variables.items()}


def of_answer(exchange: Exchange) -> dict[str, str]:
    """Return all that is known once the answer is given."""
    variables = of_request(exchange)
    variables["status"] = str(exchange.status)
    variables["responseLength"] = str(exchange.response_length)
    variables["responseLatency"] = str(exchange.latency)
    if exchange.integration_latency is not None:
        latency = str(exchange.integration_latency)
        variables["integrationLatency"] = variables["integration.latency"] = latency
    if exchange.integration_error:
        message = escaped(exchange.integration_error)
        variables["integrationErrorMessage"] = variables["integration.error"] = message
    return variables | of_error(exchange.error)


def of_error(error: object) -> dict[str, str]:
    """Return the variables of an error that API Gateway itself answered with."""
    if not isinstance(error, gateway._GatewayError):
        return {}
    message = str(error.message)
    return {
        "error.message": escaped(message),
        "error.messageString": json.dumps(message, ensure_ascii=False),
        "error.responseType": error.response_type,
        "error.validationErrorString": escaped(getattr(error, "validation_error", "")),
    }
