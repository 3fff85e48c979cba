from __future__ import annotations

from tests.local_aws.stack import Stack, assert_gap


def names_the_key(stack: Stack) -> None:
    answer = stack.request(headers={"x-forwarded-for": "203.0.113.9"})
    event = answer.json()["event"]
    context = event["requestContext"]
    assert context["identity"]["apiKeyId"] == stack.key_id
    assert context["identity"]["apiKey"] == stack.key
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["caller"] is None
    assert context["requestId"] == answer.headers["x-amzn-requestid"]
    assert context["path"] == answer.request.url.path
    assert event["headers"]["X-Forwarded-Proto"] == "http"
    assert stack.endpoint.endswith(context["domainName"])


def test_the_event_names_the_key_the_domain_and_the_request(stack: Stack) -> None:
    names_the_key(stack)


def test_a_head_request_is_answered_without_a_body(stack: Stack) -> None:
    answer = stack.request("HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert stack.request().status_code == 200  # on the same connection


def test_ministack_still_needs_the_shim(bare: Stack) -> None:
    assert_gap("request_context", names_the_key, bare)
