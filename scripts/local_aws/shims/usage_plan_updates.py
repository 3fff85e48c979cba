"""Gap: UpdateUsagePlan stores what a patch brings as it is: numbers as text, stages as a name.

On AWS a patch's value is always text, and the operation gives it its type; `/apiStages` takes
and removes one `api:stage` at a time (API Gateway API Reference, "UpdateUsagePlan" and "Patch
operations"). MiniStack answers `"rateLimit": "10"`, which no client can read.
"""

from __future__ import annotations

from typing import Any

from local_aws.emulator import gateway

_NUMBERS = {"rateLimit": float, "burstLimit": int, "limit": int, "offset": int}


def apply() -> None:
    """Take the place of MiniStack's UpdateUsagePlan."""
    gateway._update_usage_plan = _update_usage_plan


def _update_usage_plan(plan_id: str, data: dict[str, Any]) -> Any:
    plan = gateway._usage_plans.get(plan_id)
    if plan is None:
        return gateway._get_usage_plan(plan_id)  # which says that there is none
    for operation in data.get("patchOperations") or []:
        _patch(plan, operation)
    return gateway._v1_response(plan)


def _patch(plan: dict[str, Any], operation: dict[str, Any]) -> None:
    removed, value = operation["op"] == "remove", str(operation.get("value", ""))
    match operation["path"].strip("/").split("/"):
        case ["apiStages"]:
            api_id, _, stage = value.partition(":")
            stages = [s for s in plan["apiStages"] if (s["apiId"], s["stage"]) != (api_id, stage)]
            plan["apiStages"] = stages if removed else [*stages, {"apiId": api_id, "stage": stage}]
        case ["throttle" | "quota" as group]:  # only ever removed as a whole
            plan[group] = {}
        case ["throttle" | "quota" as group, field]:
            plan[group] = {**(plan.get(group) or {}), field: _NUMBERS.get(field, str)(value)}
        case _:
            gateway._apply_patch(plan, [operation])
