"""Gap: GetUsage is missing, and GetUsagePlans answers with all plans, whatever the key.

On AWS, GetUsagePlans with `keyId` gives the plans of that key, and GetUsage the days of a plan and
a key, each as what was used and what is left of the quota, under the key's id (API Gateway API
Reference, "GetUsagePlans" and "GetUsage"). MiniStack counts for quotas only; here each request that
a plan lets through is counted by its day, and what is left of the quota is MiniStack's own count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from local_aws.emulator import gateway

_used: Counter[tuple[str, str, date]] = Counter()


def apply() -> None:
    """Count requests, and answer for them."""
    gateway._check_quota = _counting(gateway._check_quota)
    gateway._get_usage_plans = _of_the_key(gateway._get_usage_plans)
    gateway.handle_request = _routing(gateway.handle_request)


def _counting(check: Callable[..., Any]) -> Callable[..., Any]:
    def check_quota(key: dict[str, Any] | None, api_id: str, stage_name: str) -> Any:
        refused = check(key, api_id, stage_name)
        if key is not None and refused is None:
            for plan, *_ in gateway._usage_plans_for_key(key["id"], api_id, stage_name):
                _used[plan, key["id"], datetime.now(UTC).date()] += 1
        return refused

    return check_quota


def _of_the_key(get_all: Callable[..., Any]) -> Callable[..., Any]:
    def get_usage_plans(query_params: dict[str, Any]) -> Any:
        key = gateway._qp(query_params, "keyId")
        if key is None:
            return get_all(query_params)
        keys = gateway._usage_plan_keys
        plans = [plan for name, plan in gateway._usage_plans.items() if key in keys.get(name, {})]
        return gateway._v1_paginated_response(plans, query_params)

    return get_usage_plans


def _routing(handle: Callable[..., Any]) -> Callable[..., Any]:
    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query_params: dict[str, Any]
    ) -> Any:
        match method, path.strip("/").split("/"):
            case "GET", ["usageplans", plan, "usage"] if plan in gateway._usage_plans:
                return _get_usage(plan, query_params)
        return await handle(method, path, headers, body, query_params)

    return handle_request


def _get_usage(plan: str, query_params: dict[str, Any]) -> Any:
    key, start, end = (gateway._qp(query_params, n) for n in ("keyId", "startDate", "endDate"))
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    limit = (gateway._usage_plans[plan].get("quota") or {}).get("limit", 0)
    left = max(0, int(limit) - gateway._quota_state.get((plan, key), (0, 0))[0])
    values = {key: [[_used[plan, key, day], left] for day in days]}
    answer = {"usagePlanId": plan, "startDate": start, "endDate": end, "values": values}
    return gateway._v1_response(answer)
