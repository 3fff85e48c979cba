from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.local_aws.conftest import free_port
from tests.local_aws.stack import Stack, assert_gap, eventually

from local_aws import process
from local_aws.process import LocalAws, LocalAwsError, Server

COMMAND = [sys.executable, process.__file__]


@pytest.fixture
def local_aws(tmp_path: Path) -> Iterator[LocalAws]:
    local_aws = LocalAws(tmp_path / "home")
    yield local_aws
    local_aws.stop()


def kill(server: Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)


def group(server: Server) -> list[str]:
    """The living processes of the server's group."""
    listing = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True)
    found = [line.split(maxsplit=2) for line in listing.stdout.splitlines()]
    return [args for group, state, args in found if group == str(server.pid) and state[0] != "Z"]


def fill(local_aws: LocalAws) -> Stack:
    stack = Stack(local_aws.start(free_port()).endpoint).deploy()
    stack.logs.put_query_definition(name="errors", queryString="fields @message")
    stack.dynamodb.create_table(
        TableName="items", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    stack.dynamodb.put_item(TableName="items", Item={"id": {"S": "1"}})
    stack.cloudwatch.put_metric_alarm(
        AlarmName="alarm", Namespace="shop", MetricName="errors", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    return stack


def check_filled(stack: Stack, server: Server) -> None:
    old, stack.endpoint = stack.endpoint, server.endpoint
    again = Stack(server.endpoint)
    assert old != server.endpoint
    assert stack.request().status_code == 200
    refused = stack.request("POST", json={})
    assert refused.json()["detail"] == '[object has missing required properties (["name"])]'
    assert again.dynamodb.get_item(TableName="items", Key={"id": {"S": "1"}})["Item"]
    assert again.cloudwatch.describe_alarms()["MetricAlarms"]
    assert again.logs.describe_query_definitions()["queryDefinitions"]
    assert again.logs.describe_log_groups(logGroupNamePrefix="access")["logGroups"]


def test_starting_twice_starts_once(local_aws: LocalAws) -> None:
    port = free_port()
    assert local_aws.start(port) == local_aws.start(port)


def test_another_port_moves_it(local_aws: LocalAws) -> None:
    first = local_aws.start(free_port())
    second = local_aws.start(free_port())
    assert second.port != first.port
    eventually(lambda: not group(first), seconds=2)


def test_changed_code_starts_it_anew(local_aws: LocalAws) -> None:
    first = local_aws.start(free_port())
    local_aws.without = "metric_math"
    assert local_aws.start(first.port).pid != first.pid


def test_a_taken_port_is_explained(local_aws: LocalAws) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalAwsError, match=f"port {port} is taken.*LOCAL_AWS_PORT="):
            local_aws.start(port)
    assert local_aws.running() is None


def test_the_command_says_an_error_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        answer = subprocess.run([*COMMAND, "start", "--port", port], capture_output=True, text=True)
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"error: the local AWS: port {port} is taken")
    assert answer.stderr.count("\n") == 1


def test_it_comes_back_after_a_stop_and_leaves_no_process(local_aws: LocalAws) -> None:
    stack = fill(local_aws)
    assert stack.request().status_code == 200
    server = local_aws.running()
    assert server is not None
    assert len(group(server)) > 1
    local_aws.stop()
    eventually(lambda: not group(server), seconds=2)
    check_filled(stack, local_aws.start(free_port()))


def comes_back_after_a_kill(local_aws: LocalAws) -> None:
    stack = fill(local_aws)
    server = local_aws.running()
    assert server is not None
    time.sleep(1.5)  # the save waits for a pause of the requests
    kill(server)
    check_filled(stack, local_aws.start(free_port()))


def test_it_comes_back_after_a_kill(local_aws: LocalAws) -> None:
    comes_back_after_a_kill(local_aws)


def test_a_reused_pid_is_not_signalled(local_aws: LocalAws) -> None:
    server = local_aws.start(free_port())
    pid_file = local_aws.home / "server.pid"
    record = json.loads(pid_file.read_text())
    pid_file.write_text(json.dumps({**record, "started": "another time"}))
    try:
        assert local_aws.stop() is False
        os.kill(server.pid, 0)
    finally:
        pid_file.write_text(json.dumps(record))


def test_a_reset_forgets(local_aws: LocalAws) -> None:
    local_aws.start(free_port())
    local_aws.reset()
    assert not local_aws.home.exists()


def test_functions_inherit_no_credentials(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    server = local_aws.start(free_port())
    environment = Path(f"/proc/{server.pid}/environ")
    if environment.exists():
        assert b"AWS_PROFILE" not in environment.read_bytes()


def test_ministack_still_needs_the_periodic_saves(tmp_path: Path) -> None:
    local_aws = LocalAws(tmp_path / "home", without="periodic_saves")

    def check(_: Any) -> None:
        comes_back_after_a_kill(local_aws)

    try:
        assert_gap("periodic_saves", check, Stack("http://127.0.0.1"))
    finally:
        local_aws.stop()
