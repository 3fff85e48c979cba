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


def test_metric_math_is_evaluated(stack: Stack) -> None:
    computes(stack)


@pytest.mark.parametrize(
    ("shim", "check"),
    [
        ("gateway_metrics", counts_requests),
        ("lambda_metrics", counts_invocations),
        ("embedded_metrics", extracts_embedded_metrics),
        ("metric_math", computes),
    ],
)
def test_ministack_still_needs_the_shim(bare: Stack, shim: str, check: Any) -> None:
    assert_gap(shim, check, bare)
