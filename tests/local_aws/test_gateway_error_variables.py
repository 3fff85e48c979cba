from __future__ import annotations

from tests.local_aws.stack import Stack, assert_gap


def renders_variables(stack: Stack) -> None:
    agent = 'a "quoted" agent'
    answer = stack.request(headers={"x-api-key": "", "user-agent": agent})
    assert answer.json() == {
        "type": "INVALID_API_KEY",
        "detail": "",
        "agent": agent,
        "requestId": answer.headers["x-amzn-requestid"],
    }


def test_variables_are_rendered_as_valid_json(stack: Stack) -> None:
    renders_variables(stack)


def test_ministack_still_needs_the_shim(bare: Stack) -> None:
    assert_gap("gateway_error_variables", renders_variables, bare)
