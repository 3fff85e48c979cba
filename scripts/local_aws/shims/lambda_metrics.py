"""Gap: an invocation makes metrics only through the Invoke API, and none for an alias.

On AWS every invocation counts, API Gateway's too: Invocations, Errors, Duration and Throttles in
`AWS/Lambda`, by FunctionName, and by FunctionName and Resource (`function:alias`) when it was
invoked through an alias (Lambda Developer Guide, "Types of metrics for Lambda functions"). A
throttled request is no invocation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from local_aws import samples
from local_aws.emulator import lambda_service

_qualifier: ContextVar[str | None] = ContextVar("qualifier", default=None)


def apply() -> None:
    """Measure where every invocation passes, and silence MiniStack's own samples."""
    lambda_service._effective_func_record_for_qualifier = _noting(
        lambda_service._effective_func_record_for_qualifier
    )
    lambda_service._execute_function_dispatch = _measuring(
        lambda_service._execute_function_dispatch
    )
    lambda_service._emit_lambda_metrics = _throttles_only


def _noting(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def resolve_qualifier(function: Any, qualifier: str | None) -> Any:
        # Seen by the thread of the invocation, which runs in a copy of this context.
        _qualifier.set(qualifier)
        return resolve(function, qualifier)

    return resolve_qualifier


def _measuring(dispatch: Callable[..., Any]) -> Callable[..., Any]:
    def execute(function: Any, config: dict[str, Any], *rest: Any) -> Any:
        began = time.perf_counter()
        result = dispatch(function, config, *rest)
        duration = round((time.perf_counter() - began) * 1000)
        name = config["FunctionName"]
        _record(name, "Invocations", 1, "Count")
        _record(name, "Errors", int(bool(result.get("error"))), "Count")
        _record(name, "Throttles", 0, "Count")
        _record(name, "Duration", duration, "Milliseconds")
        return result

    return execute


def _throttles_only(name: str, duration_ms: float, error: bool, throttle: bool) -> None:  # noqa: ARG001
    """MiniStack's `_emit_lambda_metrics`, for what never reaches the dispatch."""
    if throttle and not duration_ms:
        _record(name, "Throttles", 1, "Count")


def _record(function_name: str, metric: str, value: float, unit: str) -> None:
    by_function = {"FunctionName": function_name}
    samples.record("AWS/Lambda", metric, value, unit, by_function)
    qualifier = _qualifier.get()
    if qualifier:
        by_resource = {**by_function, "Resource": f"{function_name}:{qualifier}"}
        samples.record("AWS/Lambda", metric, value, unit, by_resource)
