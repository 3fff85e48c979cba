from __future__ import annotations

import pytest
from tests.local_aws.stack import Stack, assert_gap


def hides_the_error(stack: Stack) -> None:
    answer = stack.request(params={"raise": "1"})
    assert answer.status_code == 502
    assert answer.json() == {"message": "Internal server error"}


def test_an_error_of_the_function_stays_inside(stack: Stack) -> None:
    hides_the_error(stack)


def test_an_answer_that_is_no_proxy_answer_is_502(stack: Stack) -> None:
    assert stack.request(params={"text": "1"}).status_code == 502


@pytest.mark.parametrize("status", [200, 404, 503])
def test_a_proxy_answer_is_passed_on(stack: Stack, status: int) -> None:
    assert stack.request(params={"status": str(status)}).status_code == status


def test_ministack_still_needs_the_shim(bare: Stack) -> None:
    assert_gap("integration_errors", hides_the_error, bare)
