"""What Terraform writes and reads back: keys, plans, alarms, saved queries."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.stack import Stack, assert_gap, eventually

from local_aws.process import REGION


def generates_a_key(stack: Stack) -> None:
    key = stack.apigateway.create_api_key(name="generated", value="")
    assert len(key["value"]) >= 20


def keeps_numbers(stack: Stack) -> None:
    plan = stack.apigateway.create_usage_plan(
        name="limited",
        throttle={"rateLimit": 1.0, "burstLimit": 1},
        quota={"limit": 1, "period": "DAY"},
    )["id"]
    stack.apigateway.update_usage_plan(
        usagePlanId=plan,
        patchOperations=[
            {"op": "replace", "path": "/throttle/rateLimit", "value": "2.5"},
            {"op": "replace", "path": "/throttle/burstLimit", "value": "3"},
            {"op": "replace", "path": "/quota/limit", "value": "1000"},
            {"op": "replace", "path": "/quota/period", "value": "WEEK"},
            {"op": "replace", "path": "/name", "value": "renamed"},
            {"op": "add", "path": "/apiStages", "value": f"{stack.api_id}:v1"},
        ],
    )
    changed = stack.apigateway.get_usage_plan(usagePlanId=plan)
    assert changed["throttle"] == {"rateLimit": 2.5, "burstLimit": 3}
    assert type(changed["throttle"]["burstLimit"]) is int
    assert changed["quota"] == {"limit": 1000, "period": "WEEK"}
    assert changed["name"] == "renamed"
    assert changed["apiStages"] == [{"apiId": stack.api_id, "stage": "v1"}]


def settle(stack: Stack, op: str = "replace", **settings: str) -> dict[str, Any]:
    """Change the settings of `HEAD /items`, as Terraform does."""
    path = "/~1items/HEAD"
    operations = [
        {"op": op, "path": f"{path}/throttling/{name}", "value": value}
        for name, value in settings.items()
    ] or [{"op": op, "path": path}]
    stage = stack.apigateway.update_stage(
        restApiId=stack.api_id, stageName="v1", patchOperations=operations
    )
    return dict(stage["methodSettings"])


def keeps_the_name_of_a_method(stack: Stack) -> None:
    settle(stack, rateLimit="7", burstLimit="3")
    try:
        stage = stack.apigateway.get_stage(restApiId=stack.api_id, stageName="v1")
        kept = stage["methodSettings"]["~1items/HEAD"]
        assert (kept["throttlingRateLimit"], kept["throttlingBurstLimit"]) == (7, 3)
    finally:
        settle(stack, op="remove")


def says_what_a_key_has_used(stack: Stack) -> None:
    quota: Any = {"limit": 5, "period": "DAY"}
    other = stack.apigateway.create_usage_plan(name="of nobody", quota=quota)["id"]
    today = datetime.now(UTC).date()

    def days(plan: str) -> list[list[int]]:
        usage = stack.apigateway.get_usage(
            usagePlanId=plan, keyId=stack.key_id,
            startDate=str(today - timedelta(days=1)), endDate=str(today),
        )  # fmt: skip
        return [list(day) for day in usage["items"][stack.key_id]]

    (yesterday, before), _, (_, after) = days(stack.plan_id), stack.request(), days(stack.plan_id)
    assert (yesterday[0], after[0]) == (0, before[0] + 1)
    assert days(other) == [[0, 5], [0, 5]]
    plans = stack.apigateway.get_usage_plans(keyId=stack.key_id)["items"]
    assert [plan["id"] for plan in plans] == [stack.plan_id]


def query_protocol(stack: Stack, action: str, **parameters: str) -> str:
    """Call CloudWatch as Terraform's provider does; boto3 has left the query protocol."""
    credential = f"Credential=test/20260101/{REGION}/monitoring/aws4_request"
    signature = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"
    answer = stack.http.post(
        stack.endpoint,
        data={"Action": action, "Version": "2010-08-01", **parameters},
        headers={"authorization": signature},
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def describes_every_field(stack: Stack) -> None:
    topic = f"arn:aws:sns:{REGION}:000000000000:alarms"
    query_protocol(
        stack, "PutMetricAlarm", AlarmName="rate", AlarmDescription="a < b",
        ComparisonOperator="GreaterThanThreshold", EvaluationPeriods="3", DatapointsToAlarm="2",
        Threshold="1", TreatMissingData="notBreaching", **{
            "AlarmActions.member.1": topic,
            "InsufficientDataActions.member.1": topic,
            "Metrics.member.1.Id": "rate",
            "Metrics.member.1.Expression": "100 * errors",
            "Metrics.member.1.Label": "errors in percent",
            "Metrics.member.2.Id": "errors",
            "Metrics.member.2.ReturnData": "false",
            "Metrics.member.2.MetricStat.Metric.Namespace": "shop",
            "Metrics.member.2.MetricStat.Metric.MetricName": "errors",
            "Metrics.member.2.MetricStat.Metric.Dimensions.member.1.Name": "service",
            "Metrics.member.2.MetricStat.Metric.Dimensions.member.1.Value": "items",
            "Metrics.member.2.MetricStat.Period": "60",
            "Metrics.member.2.MetricStat.Stat": "Sum",
        },
    )  # fmt: skip
    text = query_protocol(stack, "DescribeAlarms", **{"AlarmNames.member.1": "rate"})
    for field in (
        "<AlarmDescription>a &lt; b</AlarmDescription>",
        "<TreatMissingData>notBreaching</TreatMissingData>",
        "<DatapointsToAlarm>2</DatapointsToAlarm>",
        f"<AlarmActions><member>{topic}</member></AlarmActions>",
        f"<InsufficientDataActions><member>{topic}</member></InsufficientDataActions>",
        "<Expression>100 * errors</Expression>",
        "<ReturnData>false</ReturnData>",
        "<Dimensions><member><Name>service</Name><Value>items</Value></member></Dimensions>",
        "<ActionsEnabled>true</ActionsEnabled>",
    ):
        assert field in text
    assert "<Period>60</Period><Stat>Sum</Stat>" in text
    assert re.search(r"<StateUpdatedTimestamp>\d{4}-", text)
    assert "<Statistic>" not in text


def test_an_alarm_on_a_percentile_has_no_other_statistic(stack: Stack) -> None:
    query_protocol(
        stack, "PutMetricAlarm", AlarmName="p99", ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods="1", Threshold="1", Namespace="shop", MetricName="latency",
        ExtendedStatistic="p99", Period="60",
    )  # fmt: skip
    text = query_protocol(stack, "DescribeAlarms", **{"AlarmNames.member.1": "p99"})
    assert "<ExtendedStatistic>p99</ExtendedStatistic>" in text
    assert "<Statistic>" not in text


def saves_a_query(stack: Stack) -> None:
    made = stack.logs.put_query_definition(name="shop/errors", queryString="fields @message")
    found = stack.logs.describe_query_definitions(queryDefinitionNamePrefix="shop/")
    assert [each["queryString"] for each in found["queryDefinitions"]] == ["fields @message"]
    identifier = made["queryDefinitionId"]
    stack.logs.put_query_definition(
        name="shop/errors", queryString="stats count()", queryDefinitionId=identifier
    )
    assert len(stack.logs.describe_query_definitions()["queryDefinitions"]) == 1
    assert stack.logs.delete_query_definition(queryDefinitionId=identifier)["success"]
    assert not stack.logs.describe_query_definitions()["queryDefinitions"]


def put_alarm(stack: Stack, name: str, **changes: Any) -> None:
    alarm = {
        "AlarmName": name,
        "Namespace": "shop",
        "MetricName": name,
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "Dimensions": [{"Name": "service", "Value": "items"}],
    }
    stack.cloudwatch.put_metric_alarm(**{**alarm, **changes})


def state(stack: Stack, name: str) -> str:
    return str(stack.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


def put_metric(stack: Stack, name: str, value: float, service: str = "items") -> None:
    dimensions = [{"Name": "service", "Value": service}]
    datum: Any = {"MetricName": name, "Value": value, "Dimensions": dimensions}
    stack.cloudwatch.put_metric_data(Namespace="shop", MetricData=[datum])


def heeds_dimensions(stack: Stack) -> None:
    put_alarm(stack, "failures")
    put_metric(stack, "failures", 5, service="others")
    assert state(stack, "failures") == "OK"
    put_metric(stack, "failures", 5)
    assert state(stack, "failures") == "ALARM"


def test_an_empty_key_is_generated(stack: Stack) -> None:
    generates_a_key(stack)


def test_a_key_that_is_too_short_is_refused(stack: Stack) -> None:
    with pytest.raises(ClientError, match="20 characters"):
        stack.apigateway.create_api_key(name="short", value="short")


def test_a_usage_plan_keeps_its_numbers(stack: Stack) -> None:
    keeps_numbers(stack)


def test_the_settings_of_a_method_keep_their_name(stack: Stack) -> None:
    keeps_the_name_of_a_method(stack)


def test_a_method_has_a_throttle_of_its_own(stack: Stack) -> None:
    settle(stack, rateLimit="0.1", burstLimit="2")

    answers = [stack.request("HEAD").status_code for _ in range(3)]
    other = stack.request("GET").status_code

    assert settle(stack, op="remove") == {}
    assert (answers, other) == ([200, 200, 429], 200)


def test_a_stage_leaves_a_usage_plan(stack: Stack) -> None:
    plan = stack.apigateway.create_usage_plan(
        name="leaving",
        apiStages=[{"apiId": "a", "stage": "v1"}, {"apiId": "b", "stage": "v1"}],
        quota={"limit": 1, "period": "DAY"},
    )["id"]
    changed = stack.apigateway.update_usage_plan(
        usagePlanId=plan,
        patchOperations=[
            {"op": "remove", "path": "/apiStages", "value": "a:v1"},
            {"op": "remove", "path": "/quota"},
        ],
    )
    assert changed["apiStages"] == [{"apiId": "b", "stage": "v1"}]
    assert not changed["quota"]


def test_a_key_s_use_is_told_by_its_plan_and_day(stack: Stack) -> None:
    says_what_a_key_has_used(stack)


def test_an_alarm_is_described_with_every_field(stack: Stack) -> None:
    describes_every_field(stack)


def test_queries_are_saved(stack: Stack) -> None:
    saves_a_query(stack)


def test_an_alarm_heeds_its_dimensions(stack: Stack) -> None:
    heeds_dimensions(stack)


def test_an_alarm_on_metric_math_goes_off(stack: Stack) -> None:
    stat = {"Namespace": "shop", "Dimensions": [{"Name": "service", "Value": "items"}]}
    metrics = [
        {"Id": "rate", "Expression": "100 * bad / MAX([bad, all])", "ReturnData": True},
        *(
            {
                "Id": name,
                "MetricStat": {"Metric": {**stat, "MetricName": name}, "Period": 60, "Stat": "Sum"},
                "ReturnData": False,
            }
            for name in ("bad", "all")
        ),
    ]
    stack.cloudwatch.put_metric_alarm(
        AlarmName="math", Metrics=metrics, EvaluationPeriods=1, Threshold=20,
        ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching",
    )  # fmt: skip
    put_metric(stack, "all", 10)
    put_metric(stack, "bad", 1)
    assert state(stack, "math") == "OK"
    put_metric(stack, "bad", 4)
    assert state(stack, "math") == "ALARM"


def test_an_alarm_needs_its_datapoints(stack: Stack) -> None:
    put_alarm(stack, "rare", EvaluationPeriods=3, DatapointsToAlarm=2)
    put_metric(stack, "rare", 5)
    assert state(stack, "rare") == "OK"


def test_an_alarm_goes_off_by_metrics_that_aws_makes(stack: Stack) -> None:
    put_alarm(
        stack, "5xx", Namespace="AWS/ApiGateway", MetricName="5XXError",
        Dimensions=[{"Name": "ApiName", "Value": "shop"}, {"Name": "Stage", "Value": "v1"}],
    )  # fmt: skip
    stack.request(params={"status": "503"})
    eventually(lambda: state(stack, "5xx") == "ALARM")


@pytest.mark.parametrize(
    ("shim", "check"),
    [
        ("generated_api_keys", generates_a_key),
        ("usage_plan_updates", keeps_numbers),
        ("method_settings", keeps_the_name_of_a_method),
        ("usage_figures", says_what_a_key_has_used),
        ("alarm_fields", describes_every_field),
        ("query_definitions", saves_a_query),
        ("alarm_evaluation", heeds_dimensions),
    ],
)
def test_ministack_still_needs_the_shim(bare: Stack, shim: str, check: Any) -> None:
    assert_gap(shim, check, bare)
