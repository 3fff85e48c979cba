"""The logger and the metrics of the function, one of each."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics

# The service's name, the level and the metrics' namespace come from the POWERTOOLS_* variables.
logger = Logger(
    location=None,  # costs a stack walk a line; each line names its event instead
    utc=True,
    use_rfc3339=True,
    json_serializer=lambda line: _json(line),
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


def publish() -> None:
    """Write the metrics of this request, if there are any, as one EMF line."""
    if metrics.metric_set:
        metrics.flush_metrics()
