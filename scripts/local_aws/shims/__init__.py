"""What MiniStack 1.5.33 lacks of AWS, one module a gap.

Each module says which gap it closes, what AWS does, and where that is written; its `apply()`
patches MiniStack in place. `tests/local_aws` shows each behaviour, and that MiniStack without
the shim does not have it: when that second test fails, the shim can be deleted.
"""

from __future__ import annotations

from importlib import import_module

# In this order: a shim may rely on those above it.
SHIMS = (
    "deployment_snapshots",
    "put_rest_api",
    "cognito_authorizer",
    "request_validation",
    "gateway_error_variables",
    "integration_errors",
    "request_context",
    "access_logs",
    "gateway_metrics",
    "lambda_metrics",
    "embedded_metrics",
    "metric_filters",
    "metric_math",
    "alarm_evaluation",
    "alarm_fields",
    "query_definitions",
    "method_settings",
    "refresh_token_rotation",
    "usage_plan_updates",
    "usage_figures",
    "generated_api_keys",
    "challenge_sessions",
    "code_recipients",
    "isolated_functions",
    "prompt_answers",
    "retired_versions",
    "read_capacity",
    "periodic_saves",
)


def apply(without: frozenset[str] = frozenset()) -> None:
    """Apply the shims, except those named; `all` leaves every one out.

    Raises SystemExit for a name that is no shim.
    """
    unknown = without - {"all", *SHIMS}
    if unknown:
        raise SystemExit(f"error: no such shim: {', '.join(sorted(unknown))}")
    for name in SHIMS:
        if not without & {"all", name}:
            import_module(f"{__name__}.{name}").apply()
