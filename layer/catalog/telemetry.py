"""The logger and the metrics of the function, one of each."""

from __future__ import annotations

import json
import traceback
from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics

# The service's name, the level and the metrics' namespace come from the POWERTOOLS_* variables.
logger = Logger(
    location=None,  # costs a stack walk a line; each line names its event instead
    utc=True,
    use_rfc3339=True,
    json_serializer=lambda line: _json(line),
    json_deserializer=str,  # messages are text, which need not be tried as JSON
)
metrics = Metrics()


def _json(line: dict[str, Any]) -> str:
    try:
        return msgspec.json.encode(line, enc_hook=str).decode()
    except UnicodeEncodeError:  # a lone surrogate of the caller's, which JSON can only escape
        return json.dumps(line, default=str)


def count(name: str) -> None:
    """Add one to a business metric, for example `ItemCreated`."""
    metrics.add_metric(name=name, unit="Count", value=1)


def request(**fields: Any) -> None:
    """Write the line of a request. What was counted meanwhile is in it, as embedded metrics.

    One line is written instead of two: encoding and writing are most of what a line costs.
    """
    if metrics.metric_set:
        fields |= metrics.serialize_metric_set()
        metrics.clear_metrics()
    logger.info("request", extra=fields)


def fault(message: str, error: Exception) -> None:
    """Log where a fault happened, not with what: the text of an exception may quote a payload."""
    cause = error.__cause__
    response = getattr(error, "response", None) or getattr(cause, "response", None) or {}
    logger.error(
        message,
        extra={
            "error": f"{type(error).__module__}.{type(error).__qualname__}",
            "error_code": response.get("Error", {}).get("Code"),
            "cause": type(cause).__qualname__ if cause else None,
            "stack": traceback.format_tb(error.__traceback__)[-5:],
        },
    )
