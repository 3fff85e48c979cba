from __future__ import annotations

import pytest
from tests.local_aws.stack import Stack, assert_gap


def logs_a_success(stack: Stack) -> None:
    answer = stack.request(headers={"user-agent": 'says "hello"'})
    line = stack.access_log(answer.headers["x-amzn-requestid"])
    assert int(line.pop("latency")) >= int(line.pop("integrationLatency")) >= 0
    assert line == {
        "requestId": answer.headers["x-amzn-requestid"],
        "method": "GET",
        "resource": "/items",
        "status": "200",
        "length": str(len(answer.content)),
        "integrationError": "-",
        "ip": "127.0.0.1",
        "agent": 'says "hello"',
        "key": stack.key_id,
        "error": "-",
        "unknown": "-",
    }


def test_a_success_is_logged(stack: Stack) -> None:
    logs_a_success(stack)


@pytest.mark.parametrize(
    ("options", "status", "error"),
    [
        ({"headers": {"x-api-key": ""}}, "403", "INVALID_API_KEY"),
        ({"path": "nowhere"}, "403", "MISSING_AUTHENTICATION_TOKEN"),
        ({"method": "POST", "json": {}}, "400", "BAD_REQUEST_BODY"),
        ({"params": {"raise": "1"}}, "502", "DEFAULT_5XX"),
    ],
)
def test_a_failure_is_logged(
    stack: Stack, options: dict[str, object], status: str, error: str
) -> None:
    answer = stack.request(**options)  # type: ignore[arg-type]
    line = stack.access_log(answer.headers["x-amzn-requestid"])
    assert (line["status"], line["error"]) == (status, error)


def test_the_reason_of_a_failed_integration_is_logged(stack: Stack) -> None:
    answer = stack.request(params={"raise": "1"})
    line = stack.access_log(answer.headers["x-amzn-requestid"])
    assert "what only the operator may read" in line["integrationError"]


def test_ministack_still_needs_the_shim(bare: Stack) -> None:
    assert_gap("access_logs", logs_a_success, bare)
