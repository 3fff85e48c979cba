"""The fields `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.limits import Standing


def fields(standings: Iterable[Standing]) -> dict[str, list[str]]:
    """How the caller stands with each policy that applies, as header lines.

    `q` tokens fit into the bucket, which fills within `w` seconds; `r` are left, and there is one
    more in `t` seconds. Of a policy whose table does not answer, `r` is not known.
    """
    policies = [f'"{s.name}";q={s.policy.burst};w={s.policy.window}' for s in standings]
    known = [f'"{s.name}";r={s.remaining};t={s.wait}' for s in standings if s.remaining is not None]
    lines = {"RateLimit-Policy": policies, "RateLimit": known}
    return {name: [", ".join(items)] for name, items in lines.items() if items}


def cost_class(costs: Mapping[str, str], method: str, resource: str | None) -> str:
    """The class of a route such as `GET /items`, else that of all (`*`), else by its method."""
    by_method = "read" if method == "GET" else "write"
    return costs.get(f"{method} {resource}") or costs.get("*", by_method)
