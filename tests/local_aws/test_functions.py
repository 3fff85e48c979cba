"""How functions run: their packages, their number, their versions."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.local_aws.stack import Stack, assert_gap, code, eventually


def hides_ministack(stack: Stack) -> None:
    assert stack.request().json()["sees_ministack"] is False


def answers_without_delay(stack: Stack) -> None:
    fastest = min(stack.request().elapsed.total_seconds() for _ in range(5))
    assert fastest < 0.04  # MiniStack waits for 0.05 when nothing is logged


def publish(stack: Stack, version: str) -> None:
    stack.lambda_.update_function_code(FunctionName="echo", ZipFile=code(version))
    stack.lambda_.get_waiter("function_updated").wait(
        FunctionName="echo", WaiterConfig={"Delay": 1}
    )
    published = stack.lambda_.publish_version(FunctionName="echo")["Version"]
    stack.lambda_.update_alias(FunctionName="echo", Name="live", FunctionVersion=published)


def test_a_function_does_not_see_ministack(stack: Stack) -> None:
    hides_ministack(stack)


def test_a_function_that_logs_nothing_answers_at_once(stack: Stack) -> None:
    answers_without_delay(stack)


def test_what_a_function_logs_is_in_its_log_group(stack: Stack) -> None:
    stack.request(params={"orders": "7"})
    events = stack.logs.filter_log_events(logGroupName="/aws/lambda/echo")["events"]
    messages = [event["message"] for event in events]
    assert any('"Orders": 7.0' in message for message in messages)
    assert not any("end_of_invocation" in message for message in messages)


def test_many_requests_at_once_are_answered(stack: Stack) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: stack.request(), range(20)))
    assert {answer.status_code for answer in answers} == {200}


def test_a_new_version_interrupts_no_request(stack: Stack) -> None:
    answers: list[Any] = []
    done = threading.Event()

    def call() -> None:
        while not done.is_set():
            answers.append(stack.request())

    caller = threading.Thread(target=call)
    caller.start()
    try:
        publish(stack, "2")
        eventually(lambda: answers and answers[-1].json()["version"] == "2")
    finally:
        done.set()
        caller.join()
    assert {answer.status_code for answer in answers} == {200}


def ends_the_old_version(stack: Stack) -> None:
    old = stack.request().json()["pid"]
    publish(stack, "3")
    assert stack.request().json()["pid"] != old
    eventually(lambda: not is_alive(old), seconds=4)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_process_of_a_retired_version_ends(stack: Stack) -> None:
    ends_the_old_version(stack)


def test_ministack_still_needs_the_retirement(bare: Stack) -> None:
    assert_gap("retired_versions", ends_the_old_version, bare)


def test_ministack_still_needs_the_marks(bare: Stack) -> None:
    assert_gap("prompt_answers", answers_without_delay, bare)


def test_ministack_still_needs_the_isolation(bare: Stack) -> None:
    assert_gap("isolated_functions", hides_ministack, bare)
