"""Gap: a body of any content type is held against the JSON model, and no reason is given.

On AWS a request validator applies the model of the request's own content type; without that
header it is `application/json`, and a type without a model is passed on unchecked (API Gateway
Developer Guide, "Request validation in API Gateway"). The reasons are in
`$context.error.validationErrorString`, which `gateway_error_variables` renders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws import json_schema
from local_aws.emulator import gateway
from local_aws.shims.deployment_snapshots import served


def apply() -> None:
    """Look at the content type before MiniStack's check, and at the reasons after it."""
    gateway._check_request_validation = _validating(gateway._check_request_validation)


def _validating(check: Callable[..., Any]) -> Callable[..., Any]:
    def check_request_validation(
        method: Any, api_id: str, request: Any, headers: Any, body: bytes, query_params: Any
    ) -> Any:
        content_type = gateway._header_ci(headers, "content-type") or "application/json"
        content_type = content_type.partition(";")[0].strip().lower()
        name = (method.get("requestModels") or {}).get(content_type)
        # MiniStack falls back to the JSON model: offer it the one that applies, or none.
        method = {**method, "requestModels": {"application/json": name} if name else {}}
        error = check(method, api_id, request, headers, body, query_params)
        if name and error is not None and error.response_type == "BAD_REQUEST_BODY":
            error.validation_error = _reasons(served(api_id), name, body)
        return error

    return check_request_validation


def _reasons(api_id: str, model_name: str, body: bytes) -> str:
    """List the violations as API Gateway does; empty for a body that is not JSON."""
    schema = gateway._model_schema(api_id, model_name)
    try:
        document = gateway.json.loads(body)
        return f"[{', '.join(json_schema.violations(schema, document, schema))}]"
    except (ValueError, RecursionError):
        return ""
