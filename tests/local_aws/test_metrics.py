from __future__ import annotations

import time
from typing import Any

import pytest
from tests.local_aws.stack import Stack, assert_gap, eventually

API = {"ApiName": "shop", "Stage": "v1"}
ALIAS = {"FunctionName": "echo", "Resource": "echo:live"}


def counts_requests(stack: Stack) -> None:
    before = stack.metric("AWS/ApiGateway", "Count", "Sum", **API) or 0
    stack.request()
    stack.request(headers={"x-api-key": ""})
    assert stack.metric("AWS/ApiGateway", "Count", "Sum", **API) == before + 2


def counts_invocations(stack: Stack) -> None:
    before = stack.metric("AWS/Lambda", "Invocations", "Sum", **ALIAS) or 0
    stack.request()
    assert stack.metric("AWS/Lambda", "Invocations", "Sum", **ALIAS) == before + 1


def extracts_embedded_metrics(stack: Stack) -> None:
    before = stack.metric("shop", "Orders", "Sum", service="items") or 0
    stack.request(params={"orders": "3"})

    def counted() -> bool:
        return stack.metric("shop", "Orders", "Sum", service="items") == before + 3

    eventually(counted, seconds=2)


def counts_filtered_events(stack: Stack) -> None:
    put_metric_filter(stack, "access", '{ $.status = "403" }', "Refused")
    before = stack.metric("filters", "Refused", "Sum") or 0
    stack.request()
    stack.request(headers={"x-api-key": ""})

    def counted() -> bool:
        return stack.metric("filters", "Refused", "Sum") == before + 1

    eventually(counted, seconds=2)


def put_metric_filter(stack: Stack, group: str, pattern: str, metric: str) -> None:
    """Have the events of a log group that match counted, and zero where none does."""
    counted: Any = {"metricName": metric, "metricNamespace": "filters", "metricValue": "1"}
    stack.logs.put_metric_filter(
        logGroupName=group, filterName=metric, filterPattern=pattern,
        metricTransformations=[{**counted, "defaultValue": 0}],
    )  # fmt: skip


def computes(stack: Stack) -> None:
    stack.cloudwatch.put_metric_data(
        Namespace="math",
        MetricData=[{"MetricName": "errors", "Value": 1}, {"MetricName": "requests", "Value": 4}],
    )
    now = time.time()
    queries: list[Any] = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": "math", "MetricName": name},
                "Period": 3600,
                "Stat": "Average",
            },
            "ReturnData": False,
        }
        for name in ("errors", "requests")
    ]
    queries.append({"Id": "rate", "Expression": "100 * errors / MAX([errors, requests])"})
    results = stack.cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=now - 3600, EndTime=now + 60
    )["MetricDataResults"]
    assert [(each["Id"], each["Values"]) for each in results] == [("rate", [25.0])]


def test_requests_are_counted_with_their_stage(stack: Stack) -> None:
    counts_requests(stack)


def test_errors_are_counted_by_class(stack: Stack) -> None:
    before = stack.metric("AWS/ApiGateway", "5XXError", "Sum", **API) or 0
    stack.request(params={"status": "503"})
    stack.request(headers={"x-api-key": ""})
    assert stack.metric("AWS/ApiGateway", "5XXError", "Sum", **API) == before + 1
    assert (stack.metric("AWS/ApiGateway", "4XXError", "Sum", ApiName="shop") or 0) >= 1


@pytest.mark.parametrize("name", ["Latency", "IntegrationLatency"])
def test_latencies_are_measured(stack: Stack, name: str) -> None:
    stack.request()
    assert (stack.metric("AWS/ApiGateway", name, "Maximum", **API) or 0) > 0


def test_invocations_are_counted_by_alias(stack: Stack) -> None:
    counts_invocations(stack)


def test_errors_of_a_function_are_counted(stack: Stack) -> None:
    before = stack.metric("AWS/Lambda", "Errors", "Sum", FunctionName="echo") or 0
    stack.request(params={"raise": "1"})
    assert stack.metric("AWS/Lambda", "Errors", "Sum", FunctionName="echo") == before + 1


def test_embedded_metrics_are_extracted_from_logs(stack: Stack) -> None:
    extracts_embedded_metrics(stack)


def test_events_that_match_a_metric_filter_are_counted(stack: Stack) -> None:
    counts_filtered_events(stack)


@pytest.mark.parametrize(
    ("pattern", "message", "counted"),
    [
        ('{ $.status = "429" }', '{"status": "429"}', 1),
        ('{ $.status = "429" }', '{"status": 429}', 0),
        ("{ $.status = 429 }", '{"status": 429}', 1),
        ('{ $.error.code = "Late" }', '{"error": {"code": "Late"}}', 1),
        ('{ $.error.code = "Late" }', '{"error": "Late"}', 0),
        ('{ $.status = "429" }', "429", 0),
        ('{ $.status != "429" }', '{"status": "200"}', 0),
        ("refused", "a request was refused", 1),
        ("refused", "a request was answered", 0),
    ],
)
def test_a_metric_filter_has_a_pattern(
    stack: Stack, pattern: str, message: str, counted: int
) -> None:
    group = f"filtered-{time.time_ns()}"
    stack.logs.create_log_group(logGroupName=group)
    stack.logs.create_log_stream(logGroupName=group, logStreamName="s")
    put_metric_filter(stack, group, pattern, group)

    now = int(time.time() * 1000)
    stack.logs.put_log_events(
        logGroupName=group, logStreamName="s", logEvents=[{"timestamp": now, "message": message}]
    )

    assert stack.metric("filters", group, "Sum") == counted


def test_metric_math_is_evaluated(stack: Stack) -> None:
    computes(stack)


@pytest.mark.parametrize(
    ("shim", "check"),
    [
        ("gateway_metrics", counts_requests),
        ("lambda_metrics", counts_invocations),
        ("embedded_metrics", extracts_embedded_metrics),
        ("metric_filters", counts_filtered_events),
        ("metric_math", computes),
    ],
)
def test_ministack_still_needs_the_shim(bare: Stack, shim: str, check: Any) -> None:
    assert_gap(shim, check, bare)
