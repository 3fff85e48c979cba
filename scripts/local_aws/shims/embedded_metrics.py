"""Gap: log lines in the embedded metric format make no metrics.

On AWS, CloudWatch Logs extracts metrics from JSON lines with an `_aws` member (CloudWatch User
Guide, "Specification: Embedded metric format"): every set of dimensions makes a metric of its
own, a value is a number or a list of up to 100 numbers. It happens on a thread here, after the
answer, as it does on AWS.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

from local_aws import samples
from local_aws.emulator import lambda_service, scope

_MARK = '"_aws"'
_lines: queue.SimpleQueue[tuple[str, str, str]] = queue.SimpleQueue()


def apply() -> None:
    """Look into what functions log."""
    lambda_service._emit_lambda_logs = _watching(lambda_service._emit_lambda_logs)
    threading.Thread(target=_extract_all, daemon=True, name="local-aws-embedded-metrics").start()


def _watching(emit: Callable[..., Any]) -> Callable[..., Any]:
    def emit_lambda_logs(
        function: Any, request_id: str, log_text: str, *rest: Any, **kwargs: Any
    ) -> None:
        emit(function, request_id, log_text, *rest, **kwargs)
        if _MARK in log_text:
            _lines.put((scope.get_account_id(), scope.get_region(), log_text))

    return emit_lambda_logs


def _extract_all() -> None:
    while True:
        account, region, text = _lines.get()
        with scope.request_scope(account, region):
            for line in text.splitlines():
                if _MARK in line:
                    _record(line)


def _record(line: str) -> None:
    try:
        for namespace, name, value, unit, dimensions in _samples(json.loads(line)):
            samples.record(namespace, name, value, unit, dimensions)
    except (ValueError, TypeError, KeyError, AttributeError):
        return  # as on AWS, a line that does not follow the format is only a log line


def _samples(event: dict[str, Any]) -> Iterator[tuple[str, str, float, str, dict[str, str]]]:
    for directive in event["_aws"]["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(event[name]) for name in names}
            for metric in directive["Metrics"]:
                values = event[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    unit = metric.get("Unit", "None")
                    yield directive["Namespace"], metric["Name"], value, unit, dimensions
