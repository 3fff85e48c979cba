"""The limits on the applied stack: one bucket for many instances, and what clients are told."""

from __future__ import annotations

import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import httpx
import pytest
from tests.deployed.conftest import AwsClient, Json

from catalog import telemetry
from catalog.dynamodb import Table
from catalog.errors import RateLimitedError
from catalog.limits import SECOND, Limiter, Policy

INSTANCES, SECONDS = 8, 2.0
TABLE = "catalog-local-limits"


def admitted_until(end: float, limiter: Limiter, principal: str) -> list[int]:
    """When an instance that is asked without a pause admits, in microseconds."""
    moments = []
    while (now := time.time()) < end:
        try:
            limiter.take("read", principal)
        except RateLimitedError:
            time.sleep(0.002)
        else:
            moments.append(int(now * SECOND))
    return moments


@pytest.mark.parametrize("lease", [1, 5])
def test_instances_in_parallel_admit_no_more_than_the_policy(
    aws: AwsClient, lease: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "count", mock.Mock())  # one instance is one process
    policy = Policy(rate=20, burst=40, lease=lease)
    fleet = [Limiter(Table(aws("dynamodb"), TABLE), {"read": policy}) for _ in range(INSTANCES)]
    principal, started = uuid.uuid4().hex, time.time()

    with ThreadPoolExecutor(INSTANCES) as pool:
        found = pool.map(lambda each: admitted_until(started + SECONDS, each, principal), fleet)
    moments = sorted(moment for each in found for moment in each)

    for first, moment in enumerate(moments):
        allowed = policy.burst + (moments[-1] - moment) // policy.interval
        # Instants are read a moment before the limiter reads its clock.
        assert len(moments) - first <= allowed + 1 + INSTANCES * (lease - 1)
    assert len(moments) >= policy.burst


def test_an_answer_tells_how_the_caller_stands(client: httpx.Client) -> None:
    answers = [client.get("/items", params={"limit": 1}) for _ in range(2)]

    policies = {answer.headers["RateLimit-Policy"] for answer in answers}
    assert len(policies) == 1
    assert re.fullmatch(r'"list";q=\d+;w=\d+', policies.pop())
    for answer in answers:
        assert re.fullmatch(r'"list";r=\d+;t=\d+', answer.headers["RateLimit"])


def test_a_client_is_told_its_plan_and_what_it_has_used(client: httpx.Client) -> None:
    before, after = (client.get("/usage").json() for _ in range(2))

    assert before["plan"] == after["plan"]
    assert after["use"]["used"] > before["use"]["used"]
    assert {policy["name"] for policy in after["policies"]} >= {"read", "list", "write", "usage"}


def test_a_costly_route_has_a_throttle_of_its_own(aws: AwsClient, outputs: Json) -> None:
    api = outputs["api_url"].partition("/restapis/")[2].partition("/")[0]

    settings = aws("apigateway").get_stage(restApiId=api, stageName="v1")["methodSettings"]

    assert settings["~1usage/GET"]["throttlingRateLimit"] < settings["*/*"]["throttlingRateLimit"]
