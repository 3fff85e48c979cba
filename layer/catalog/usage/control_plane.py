"""The one module that talks to API Gateway's control plane, its errors in the domain's terms."""

from __future__ import annotations

from datetime import date
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from catalog.errors import NotFoundError, UnavailableError


class UsagePlans:
    """The usage plans of an account, through a botocore client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def plan(self, key: str, api: str, stage: str) -> dict[str, Any]:
        """The usage plan by which a key may call a stage. Raises NotFoundError."""
        plans: list[dict[str, Any]] = self._call("get_usage_plans", keyId=key)["items"]
        for plan in plans:
            stages = [(each["apiId"], each["stage"]) for each in plan.get("apiStages", [])]
            if (api, stage) in stages:
                return plan
        raise NotFoundError("This API key has no usage plan.")

    def days(self, plan: str, key: str, first: date, last: date) -> list[tuple[int, int]]:
        """For each day with requests, what a key has used, and what of its quota is left."""
        period = {"startDate": first.isoformat(), "endDate": last.isoformat()}
        answer = self._call("get_usage", usagePlanId=plan, keyId=key, **period)
        days: list[list[int]] = answer.get("items", {}).get(key, [])
        # A day without requests may have another form.
        return [(day[0], day[1]) for day in days if len(day) == 2]

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (429, *range(500, 600)):
                raise UnavailableError("The use cannot be looked up now.") from error
            raise
        except (ConnectionError, HTTPClientError) as error:
            raise UnavailableError("The use cannot be looked up in time.") from error
        return answer
