"""What an operator sees: log lines, metrics, the dashboard, alarms."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.deployed.conftest import AwsClient, CreateItem, Json
from tests.local_aws.stack import eventually

from users import Users

NAMESPACE = "catalog-local"
# AWS's own, which the local AWS does not make; and what takes a fault, a user, or a caller out of
# bounds.
NOT_MADE_HERE = {
    ("AWS/Lambda", "ConcurrentExecutions"),
    ("AWS/DynamoDB", "ConsumedReadCapacityUnits"),
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"),
    ("AWS/DynamoDB", "ThrottledRequests"),
    (NAMESPACE, "ServerError"),
    (NAMESPACE, "RateLimited"),
}
ReadLog = Callable[[str, str], list[Json]]


@pytest.fixture(scope="session")
def log_lines(outputs: Json, aws: AwsClient) -> ReadLog:
    """Reads the JSON lines of a log that hold a text; waits until there is one."""
    logs = aws("logs")
    started = int((time.time() - 60) * 1000)

    def read(name: str, text: str) -> list[Json]:
        def find() -> list[Json]:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=outputs["log_groups"][name], startTime=started
            )
            messages = [event["message"] for page in pages for event in page["events"]]
            return [json.loads(message) for message in messages if text in message]

        lines: list[Json] = eventually(find, seconds=5)
        return lines

    return read


# Logs


def test_a_request_is_one_line_of_the_function_and_one_of_the_gateway(
    client: httpx.Client, aws: AwsClient, log_lines: ReadLog, create: CreateItem
) -> None:
    path = f"/items/{create()['id']}"

    request_id = client.get(path).headers["X-Request-Id"]

    [function] = [line for line in log_lines("items", request_id) if line["message"] == "request"]
    [gateway] = log_lines("api", request_id)
    assert function["request_id"] == gateway["requestId"] == request_id
    assert function["route"] == "GET /items/{itemId}"
    assert (gateway["method"], gateway["resourcePath"]) == ("GET", "/items/{itemId}")
    assert (function["status"], gateway["status"]) == (200, "200")
    assert function["latency_ms"] > 0
    assert function["cold_start"] in {True, False}
    key = aws("apigateway").get_api_key(apiKey=gateway["apiKeyId"])
    assert key["name"] == "catalog-local-tests-1"
    assert function["client"] == gateway["apiKeyId"]


def test_the_access_log_names_the_user_by_nothing_but_its_id(
    client: httpx.Client, create: CreateItem, log_lines: ReadLog
) -> None:
    item = create()

    request_id = client.get(f"/items/{item['id']}").headers["X-Request-Id"]

    [line] = log_lines("api", request_id)
    assert line["user"] == item["ownerId"]
    assert not any("@" in value for value in line.values())


def test_what_the_gateway_refuses_is_in_its_log_with_the_reason(
    anonymous: httpx.Client, log_lines: ReadLog
) -> None:
    request_id = anonymous.get("/usage").headers["X-Request-Id"]

    [line] = log_lines("api", request_id)

    assert (line["status"], line["error"]) == ("403", "INVALID_API_KEY")


def test_the_access_log_stays_json_whatever_a_caller_sends(
    client: httpx.Client, log_lines: ReadLog
) -> None:
    headers = {"User-Agent": 'a"b\\', "Referer": '"}'}

    request_id = client.get('/items/"},{"a":"?tag="%22', headers=headers).headers["X-Request-Id"]

    [line] = log_lines("api", request_id)
    assert line["resourcePath"] == "/items/{itemId}"


# Metrics


def total(aws: AwsClient, namespace: str, name: str, **dimensions: str) -> float:
    """The sum of a metric over the last hours."""
    now = time.time()
    points = aws("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=name, Statistics=["Sum"], Period=86400,
        StartTime=now - 86400, EndTime=now + 60,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return sum(float(point["Sum"]) for point in points)


def test_a_created_item_is_counted_as_a_business_metric(aws: AwsClient, create: CreateItem) -> None:
    before = total(aws, NAMESPACE, "ItemCreated", service="items")

    create()

    eventually(lambda: total(aws, NAMESPACE, "ItemCreated", service="items") > before, seconds=5)


def test_a_refused_request_is_counted_as_a_handled_error(
    aws: AwsClient, client: httpx.Client
) -> None:
    before = total(aws, NAMESPACE, "HandledError", service="items")

    client.get("/items/unknown")

    eventually(lambda: total(aws, NAMESPACE, "HandledError", service="items") > before, seconds=5)


def test_a_request_refused_for_its_number_is_counted(
    aws: AwsClient, client: httpx.Client, outputs: Json
) -> None:
    before = total(aws, NAMESPACE, "RequestsRefused")
    key = {"x-api-key": outputs["api_keys"]["limited"]["1"]}

    answers = [client.get("/items", headers=key) for _ in range(8)]

    refused = sum(answer.status_code == 429 for answer in answers)
    assert refused > 0
    eventually(lambda: total(aws, NAMESPACE, "RequestsRefused") >= before + refused, seconds=5)


@pytest.fixture
def traffic(client: httpx.Client, create: CreateItem, outputs: Json) -> None:
    """Requests that make every metric that the functions and the gateway can make."""
    path = f"/items/{create()['id']}"
    client.patch(
        path, json={"quantity": 1}, headers={"Content-Type": "application/merge-patch+json"}
    )
    client.delete(path)
    for refused in (path, "/health?deep=very", "/docs/nothing.js"):
        client.get(refused)
    for refused in ("/usage", "/auth/login"):
        client.delete(refused)
    users = Users("local", outputs)
    person = {"email": f"{uuid.uuid4().hex}@example.com"}
    for password in (users.make(person["email"]), "not-the-password"):
        client.post("/auth/login", json=person | {"password": password})


@pytest.fixture
def dashboard_metrics(aws: AwsClient) -> list[tuple[str, str, dict[str, str]]]:
    """The metrics that the dashboard shows: namespace, name, dimensions."""
    body = aws("cloudwatch").get_dashboard(DashboardName="catalog-local")["DashboardBody"]
    graphs = [widget for widget in json.loads(body)["widgets"] if widget["type"] == "metric"]
    rows = [row for graph in graphs for row in graph["properties"]["metrics"]]
    return [(row[0], row[1], pairs(row[2:])) for row in rows]


def pairs(row: list[Any]) -> dict[str, str]:
    """A metric's dimensions: names and values in turn, and an object of options at the end."""
    texts = [each for each in row if isinstance(each, str)]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def test_the_dashboard_shows_nothing_but_metrics_of_this_stack(
    aws: AwsClient,
    outputs: Json,
    traffic: None,
    dashboard_metrics: list[tuple[str, str, dict[str, str]]],
) -> None:
    cloudwatch = aws("cloudwatch")
    here = [metric for metric in dashboard_metrics if metric[:2] not in NOT_MADE_HERE]
    there = [metric for metric in dashboard_metrics if metric[:2] in NOT_MADE_HERE]

    def existing() -> set[str]:
        listed = [
            m
            for page in cloudwatch.get_paginator("list_metrics").paginate()
            for m in page["Metrics"]
        ]
        return {
            identity(
                m["Namespace"], m["MetricName"], {d["Name"]: d["Value"] for d in m["Dimensions"]}
            )
            for m in listed
        }

    assert len(here) > 15
    eventually(lambda: {identity(*metric) for metric in here} <= existing(), seconds=5)
    tables = {outputs["table_name"], f"{outputs['table_name']}-limits"}
    names = {*tables, *outputs["function_names"], *outputs["function_names"].values()}
    for _, _, dimensions in there:
        assert names & set(dimensions.values()), dimensions


def identity(namespace: str, name: str, dimensions: dict[str, str]) -> str:
    """A metric in one text."""
    return f"{namespace} {name} {sorted(dimensions.items())}"


def test_the_dashboard_shows_every_alarm(aws: AwsClient) -> None:
    cloudwatch = aws("cloudwatch")
    body = cloudwatch.get_dashboard(DashboardName="catalog-local")["DashboardBody"]
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix="catalog-local-")["MetricAlarms"]

    [shown] = [w for w in json.loads(body)["widgets"] if w["type"] == "alarm"]

    assert sorted(shown["properties"]["alarms"]) == sorted(alarm["AlarmArn"] for alarm in alarms)


# Alarms


def test_every_alarm_publishes_to_the_topic(aws: AwsClient, outputs: Json) -> None:
    alarms = aws("cloudwatch").describe_alarms(AlarmNamePrefix="catalog-local-")["MetricAlarms"]
    names = {alarm["AlarmName"].removeprefix("catalog-local-") for alarm in alarms}

    functions = [
        f"{function}-{fault}"
        for function in outputs["function_names"]
        for fault in ("errors", "throttles", "duration")
    ]
    stack = ["api-server-errors", "api-latency-p99", "table-throttled-requests"]
    callers = ["failed-logins", "refused-requests", "limiter-failures"]

    assert {*functions, *stack, *callers} <= names
    for alarm in alarms:
        assert [arn.rpartition(":")[2] for arn in alarm["AlarmActions"]] == ["catalog-local-alarms"]


@pytest.fixture
def subscriber(aws: AwsClient) -> Iterator[Callable[[], list[Json]]]:
    """Hears of alarms: returns what was published since it was asked the last time."""
    sns, sqs = aws("sns"), aws("sqs")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    [topic] = [arn for arn in topics if arn.endswith(":catalog-local-alarms")]
    name = f"alarms-{time.time_ns()}"
    arn = f"{topic.rpartition(':')[0].replace(':sns:', ':sqs:')}:{name}"
    queue = sqs.create_queue(QueueName=name, Attributes={"Policy": policy(topic, arn)})["QueueUrl"]
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True,
    )["SubscriptionArn"]  # fmt: skip

    def read() -> list[Json]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]

    yield read
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


def policy(topic: str, queue: str) -> str:
    """Lets a topic send to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_an_error_of_a_function_rings(
    aws: AwsClient, outputs: Json, subscriber: Callable[[], list[Json]]
) -> None:
    cloudwatch = aws("cloudwatch")
    # It may still ring from a run before.
    cloudwatch.set_alarm_state(
        AlarmName="catalog-local-docs-errors", StateValue="OK", StateReason="a test begins"
    )

    cloudwatch.put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[{
            "MetricName": "Errors", "Value": 1, "Unit": "Count",
            "Dimensions": [{"Name": "FunctionName", "Value": outputs["function_names"]["docs"]}],
        }],
    )  # fmt: skip

    def rung() -> list[str]:
        rung = [m for m in subscriber() if m["NewStateValue"] == "ALARM"]
        return [message["AlarmName"] for message in rung]

    assert "catalog-local-docs-errors" in eventually(rung, seconds=15)
