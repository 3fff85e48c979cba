"""`GET /usage`, in front of a control plane that says what it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import botocore.exceptions
import pytest
from tests.unit import contract, gateway
from tests.unit.gateway import Client

from catalog import aws
from catalog.dynamodb import Table
from catalog.errors import NotFoundError
from catalog.limits import Policy
from catalog.usage.control_plane import UsagePlans
from catalog.usage.service import UsageService

KEY, API = "key-of-the-tests", "abcdef1234"
PLAN: dict[str, Any] = {
    "id": "plan1",
    "name": "catalog-unit-standard",
    "apiStages": [{"apiId": API, "stage": "v1"}],
    "throttle": {"rateLimit": 50.0, "burstLimit": 100},
    "quota": {"limit": 1000, "offset": 0, "period": "MONTH"},
}


class ControlPlane:
    """API Gateway's control plane: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.plans = [PLAN]
        self.days: dict[str, list[list[int]]] = {KEY: [[3, 997], [0, 997], [40, 957]]}
        self.asked: list[dict[str, Any]] = []
        self.fault: Any = None

    def answer(self, model: Any, params: dict[str, Any], **_: Any) -> Any:
        """Stand in for the call of an operation."""
        self.asked.append(params["query_string"])
        if isinstance(self.fault, Exception):
            raise self.fault
        if self.fault:
            status, code = self.fault
            return SimpleNamespace(status_code=status), {
                "Error": {"Code": code, "Message": "canary-aws"},
                "ResponseMetadata": {"HTTPStatusCode": status},
            }
        items = self.plans if model.name == "GetUsagePlans" else self.days
        return SimpleNamespace(status_code=200), {"items": items}


@pytest.fixture
def control_plane() -> Iterator[ControlPlane]:
    plane = ControlPlane()
    events: Any = aws.client("apigateway", tries=1).meta.events
    events.register_first("before-call.apigateway", plane.answer)
    yield plane
    events.unregister("before-call.apigateway", plane.answer)


@pytest.fixture(scope="session")
def usage_function() -> ModuleType:
    policies = {"read": {"rate": 50, "burst": 100}, "usage": {"rate": 1000, "burst": 10_000}}
    return gateway.load("usage", RATE_LIMITS=json.dumps(policies))


@pytest.fixture
def usage(usage_function: ModuleType, table: Table, control_plane: ControlPlane) -> Client:
    return Client(usage_function, claims=None)


def service(today: date) -> UsageService:
    plans = UsagePlans(aws.client("apigateway", tries=1))
    return UsageService(plans, "catalog-unit-", {"read": Policy(50, 100)}, lambda: today)


def test_a_client_is_told_its_plan_its_use_and_the_policies(usage: Client) -> None:
    today = datetime.now(UTC).date()

    answer = usage("GET", "/usage")

    assert answer.status == 200
    contract.validator("Usage").validate(answer.json)
    assert answer.json == {
        "plan": {
            "name": "standard",
            "rateLimit": 50.0,
            "burstLimit": 100,
            "quota": {"limit": 1000, "period": "MONTH"},
        },
        "use": {
            "used": 43,
            "remaining": 957,
            "from": today.replace(day=1).isoformat(),
            "to": today.isoformat(),
        },
        "policies": [
            {"name": "read", "rateLimit": 50.0, "burstLimit": 100},
            {"name": "usage", "rateLimit": 1000.0, "burstLimit": 10_000},
        ],
    }
    assert answer.headers["ratelimit-policy"].startswith('"usage";')


def test_only_the_use_of_the_calling_key_is_asked_for(
    usage: Client, control_plane: ControlPlane
) -> None:
    usage("GET", "/usage")

    assert [asked["keyId"] for asked in control_plane.asked] == [KEY, KEY]


@pytest.mark.parametrize(
    ("period", "today", "first"),
    [
        ("DAY", date(2026, 1, 14), "2026-01-14"),
        ("WEEK", date(2026, 1, 14), "2026-01-11"),
        ("WEEK", date(2026, 1, 11), "2026-01-11"),
        ("WEEK", date(2026, 1, 10), "2026-01-04"),
        ("MONTH", date(2026, 1, 14), "2026-01-01"),
    ],
)
def test_the_use_is_that_of_the_present_period(
    control_plane: ControlPlane, period: str, today: date, first: str
) -> None:
    control_plane.plans = [PLAN | {"quota": {"limit": 1000, "period": period}}]

    use = service(today).of(KEY, API, "v1").use

    assert (use.first, use.last) == (first, today.isoformat())
    expected = {"keyId": KEY, "startDate": first, "endDate": today.isoformat()}
    assert control_plane.asked[-1] == expected


def test_without_a_quota_the_use_is_that_of_today(control_plane: ControlPlane) -> None:
    control_plane.plans = [{key: PLAN[key] for key in ("id", "name", "apiStages")}]
    control_plane.days = {KEY: [[7, 0]]}

    usage = service(date(2026, 1, 14)).of(KEY, API, "v1")

    assert (usage.plan.name, usage.plan.rate_limit, usage.plan.quota) == ("standard", None, None)
    assert (usage.use.used, usage.use.remaining) == (7, None)
    assert (usage.use.first, usage.use.last) == ("2026-01-14", "2026-01-14")


def test_a_client_that_has_sent_nothing_has_used_nothing(control_plane: ControlPlane) -> None:
    control_plane.days = {}

    use = service(date(2026, 1, 14)).of(KEY, API, "v1").use

    assert (use.used, use.remaining) == (0, 1000)


def test_a_day_without_requests_may_have_any_form(control_plane: ControlPlane) -> None:
    control_plane.days = {KEY: [[3, 997], [], [40, 957], [0]]}

    use = service(date(2026, 1, 14)).of(KEY, API, "v1").use

    assert (use.used, use.remaining) == (43, 957)


def test_the_plan_is_the_one_of_this_stage(control_plane: ControlPlane) -> None:
    elsewhere = [{"apiId": API, "stage": "v0"}, {"apiId": "other", "stage": "v1"}]
    control_plane.plans = [PLAN | {"name": "x", "apiStages": elsewhere}, {"id": "y"}, PLAN]

    assert service(date(2026, 1, 14)).of(KEY, API, "v1").plan.name == "standard"


def test_a_key_without_a_plan_is_told_so(control_plane: ControlPlane) -> None:
    control_plane.plans = []

    with pytest.raises(NotFoundError, match="no usage plan"):
        service(date(2026, 1, 14)).of(KEY, API, "v1")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ((429, "TooManyRequestsException"), 503),
        ((500, "InternalFailure"), 503),
        ((503, "ServiceUnavailableException"), 503),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="canary"), 503),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="canary"), 503),
        ((403, "AccessDeniedException"), 500),
    ],
)
def test_a_fault_of_the_control_plane_shows_nothing_of_itself(
    usage: Client,
    control_plane: ControlPlane,
    problem: contract.Validator,
    fault: Any,
    status: int,
) -> None:
    control_plane.fault = fault

    answer = usage("GET", "/usage")

    assert answer.status == status
    problem.validate(answer.json)
    assert "canary" not in answer.text + answer.output
