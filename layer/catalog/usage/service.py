"""What a client is told of its use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from catalog.limits import Policy
from catalog.usage.control_plane import UsagePlans
from catalog.usage.model import Plan, PolicyView, Quota, Usage, Use


def _today() -> date:
    return datetime.now(UTC).date()


class UsageService:
    """Looks up plan and use of API keys."""

    def __init__(
        self,
        plans: UsagePlans,
        prefix: str,
        policies: Mapping[str, Policy],
        today: Callable[[], date] = _today,
    ) -> None:
        """The prefix is what the stack's name adds to the name of each usage plan."""
        self._plans = plans
        self._prefix = prefix
        self._today = today
        self._policies = [
            PolicyView(name, policy.rate, policy.burst) for name, policy in policies.items()
        ]

    def of(self, key: str, api: str, stage: str) -> Usage:
        """The use of an API key in the present period of its quota, or today if it has none.

        Raises NotFoundError if it has no usage plan, UnavailableError if AWS does not say.
        """
        found = self._plans.plan(key, api, stage)
        plan = self._plan(found)
        first, last = _period(plan.quota, self._today())
        days = self._plans.days(found["id"], key, first, last)
        used = sum(used for used, _ in days)
        use = Use(used, first.isoformat(), last.isoformat(), _remaining(plan.quota, days))
        return Usage(plan, use, self._policies)

    def _plan(self, found: dict[str, Any]) -> Plan:
        throttle, quota = found.get("throttle") or {}, found.get("quota")
        return Plan(
            found["name"].removeprefix(self._prefix),
            throttle.get("rateLimit"),
            throttle.get("burstLimit"),
            Quota(quota["limit"], quota["period"]) if quota else None,
        )


def _remaining(quota: Quota | None, days: list[tuple[int, int]]) -> int | None:
    """What the last day says is left of a quota; all of it, if API Gateway has counted nothing."""
    if quota is None:
        return None
    return days[-1][1] if days else quota.limit


def _period(quota: Quota | None, today: date) -> tuple[date, date]:
    """The first day of the period of a quota, a week's being Sunday, and today."""
    match quota.period if quota else "DAY":
        case "MONTH":
            return today.replace(day=1), today
        case "WEEK":
            return today - timedelta(days=today.isoweekday() % 7), today
    return today, today
