"""The use of the API by one client, as it is told."""

from __future__ import annotations

import msgspec


class Quota(msgspec.Struct, frozen=True):
    """How many requests a usage plan allows in a period."""

    limit: int
    period: str
    """`DAY`, `WEEK` or `MONTH`."""


class Plan(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A usage plan: the outer limits, each API key's."""

    name: str
    rate_limit: float | None = None
    burst_limit: int | None = None
    quota: Quota | None = None


class Use(msgspec.Struct, frozen=True, omit_defaults=True):
    """The requests that API Gateway has counted from one day to another, in UTC."""

    used: int
    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    remaining: int | None = None


class PolicyView(msgspec.Struct, frozen=True, rename="camel"):
    """An inner limit: a token bucket of each user's, or client's where there are no users."""

    name: str
    rate_limit: float
    burst_limit: int


class Usage(msgspec.Struct, frozen=True):
    """A client's plan, its use, and the limits within."""

    plan: Plan
    use: Use
    policies: list[PolicyView]
