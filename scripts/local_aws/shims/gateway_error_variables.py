"""Gap: gateway responses know few of the `$context` variables.

On AWS a gateway response's template may use `$context.error.validationErrorString`,
`$context.identity.*` and the other variables of the request (API Gateway Developer Guide,
"Gateway responses in API Gateway"). MiniStack leaves those it does not know as they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from local_aws import context_variables, exchange
from local_aws.emulator import gateway

_error: ContextVar[Any] = ContextVar("error", default=None)


def apply() -> None:
    """Render the variables in the template before MiniStack renders its own."""
    exchange.install()
    gateway._gateway_error_response = _answering(gateway._gateway_error_response)
    gateway._gateway_response_for_type = _rendering(gateway._gateway_response_for_type)


def _answering(respond: Callable[..., Any]) -> Callable[..., Any]:
    def gateway_error_response(error: Any, request: Any) -> Any:
        token = _error.set(error)
        try:
            return respond(error, request)
        finally:
            _error.reset(token)

    return gateway_error_response


def _rendering(find: Callable[..., Any]) -> Callable[..., Any]:
    def gateway_response_for_type(customized: Any, response_type: str) -> Any:
        response = find(customized, response_type)
        error, current = _error.get(), exchange.current()
        if error is None or current is None:  # asked for by the control plane
            return response
        variables = context_variables.of_request(current) | context_variables.of_error(error)
        # These are MiniStack's to render: it knows how AWS spaces and names them.
        for known in ("error.message", "error.messageString", "error.responseType"):
            del variables[known]
        templates = {
            media_type: context_variables.substitute(template, variables.get)
            for media_type, template in (response.get("responseTemplates") or {}).items()
        }
        return {**response, "responseTemplates": templates}

    return gateway_response_for_type
