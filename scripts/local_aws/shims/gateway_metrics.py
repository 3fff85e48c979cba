"""Gap: API Gateway makes no metrics.

On AWS it publishes Count, 4XXError, 5XXError, Latency and IntegrationLatency in `AWS/ApiGateway`
by ApiName and by ApiName and Stage (API Gateway Developer Guide, "Amazon API Gateway dimensions
and metrics"). A Sum of an error metric is the number of errors, its Average their rate.
"""

from __future__ import annotations

from local_aws import exchange, samples
from local_aws.emulator import gateway, scope


def apply() -> None:
    """Record the samples after every answer."""
    exchange.on_answer(_record)


def _record(answered: exchange.Exchange) -> None:
    if answered.request["stage"] is None:
        return
    error_class = answered.status // 100
    measured = [
        ("Count", 1, "Count"),
        ("4XXError", int(error_class == 4), "Count"),
        ("5XXError", int(error_class == 5), "Count"),
        ("Latency", answered.latency, "Milliseconds"),
    ]
    if answered.integration_latency is not None:
        measured.append(("IntegrationLatency", answered.integration_latency, "Milliseconds"))
    with scope.request_scope(answered.account, answered.region):
        api = gateway._rest_apis.get(answered.request["api_id"]) or {}
        by_api = {"ApiName": api.get("name", "")}
        by_stage = {**by_api, "Stage": answered.request["stage_name"]}
        for dimensions in (by_api, by_stage):
            for name, value, unit in measured:
                samples.record("AWS/ApiGateway", name, value, unit, dimensions)
