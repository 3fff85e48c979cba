"""Fair limits: a token bucket for each principal and cost class, in one conditional write.

The bucket is kept as its *theoretical arrival time* (GCRA, the generic cell rate algorithm, ITU-T
I.371): the moment at which it will be full again. Taking `n` tokens moves that moment by `n` times
the interval between tokens, and is allowed while it stays within what a full bucket holds:

    max(now, tat) + n * interval <= now + burst * interval

DynamoDB has no `max`, so the write has two forms, for a bucket that is full and for one that is
not. An instance chooses by what it last saw; a refused condition brings what really stands there.
Since the moment only ever moves on, what was seen last is a lower bound: a bucket that was empty
needs no write to be known empty until its next token is due.

How far leases and clocks bend the limit is in docs/architecture.md.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from catalog import aws, settings, telemetry
from catalog.dynamodb import ConditionFailedError, Table
from catalog.errors import RateLimitedError, UnavailableError

SECOND = 1_000_000  # times are whole microseconds: DynamoDB counts and compares them exactly
LEASE_LIFE = 10 * SECOND
OUTAGE_PAUSE = 5 * SECOND  # a table that failed is left alone, so that it slows one request in many
MOST_BUCKETS = 1_000  # an instance remembers; some 300 bytes each
TTL_MARGIN = 60  # seconds; a row may go once its bucket is full
_UNKNOWN = "The limits are not known."


class Policy(msgspec.Struct, frozen=True):
    """What a cost class allows each principal."""

    rate: Annotated[float, msgspec.Meta(gt=0, le=SECOND)]
    """Tokens a second."""
    burst: Annotated[int, msgspec.Meta(ge=1)]
    """Tokens that a full bucket holds."""
    lease: Annotated[int, msgspec.Meta(ge=1)] = 1
    """Tokens that an instance may take at once, to spend without asking again."""
    on_failure: Literal["open", "closed"] = "open"
    """Whether requests are answered while the table does not answer."""

    @property
    def interval(self) -> int:
        """Microseconds between two tokens, rounded so that the rate is never exceeded."""
        return math.ceil(SECOND / self.rate)

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket is full."""
        return math.ceil(self.burst * self.interval / SECOND)


class Standing(msgspec.Struct, frozen=True):
    """How a principal stands with a policy, as its next answer tells."""

    name: str
    policy: Policy
    remaining: int | None = None
    """Tokens that are left; None if nobody knows, since the table does not answer."""
    wait: int = 0
    """Seconds until there is one more, at least 1."""


class LimitSettings(settings.Settings, frozen=True, kw_only=True):
    """What a function with limits is told by its environment."""

    limits_table_name: str
    rate_limits: dict[str, Policy]


class Limiter:
    """The buckets of the callers, and what this instance holds of them."""

    def __init__(
        self, table: Table, policies: Mapping[str, Policy], clock: Callable[[], float] = time.time
    ) -> None:
        self.standings: list[Standing] = []
        """Of the request at hand, a policy each; who begins a request empties it."""
        self._table = table
        self._policies = policies
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._paused_until = 0

    def take(self, name: str, principal: str, *, told: bool = True) -> None:
        """Take a token of a cost class, for example `read`, from a principal's bucket.

        Who is not told how the bucket stands learns of it only by a refusal: others may have taken
        from it, and that they did is not for everybody to know.

        Raises RateLimitedError if there is none, UnavailableError if the table does not answer and
        the class is closed then.
        """
        now = int(self._clock() * SECOND)
        bucket = self._bucket(name, principal)
        try:
            admitted = bucket.spend(now) or self._lease(bucket, now)
        except UnavailableError:
            if told:
                self.standings.append(Standing(name, bucket.policy))
            telemetry.count("LimiterFailed")
            if bucket.policy.on_failure == "closed":
                raise
            return
        standing = Standing(name, bucket.policy, bucket.remaining(now), bucket.wait(now))
        if told or not admitted:
            self.standings.append(standing)
        if not admitted:
            telemetry.count("RateLimited")
            raise RateLimitedError(name, standing.wait)

    def _bucket(self, name: str, principal: str) -> _Bucket:
        """The bucket, as it was left here. The one that was not asked for longest makes room."""
        policy = self._policies[name]
        # With the rate, in whose measure the bucket is kept: after another one, it begins full.
        key = f"{name}#{policy.rate:g}#{principal}"
        bucket = self._buckets.pop(key, None) or _Bucket(key, policy)
        self._buckets[key] = bucket
        if len(self._buckets) > MOST_BUCKETS:
            del self._buckets[next(iter(self._buckets))]
        return bucket

    def _lease(self, bucket: _Bucket, now: int) -> bool:
        """Take tokens from the table and spend one. False if none is there.

        Whoever comes between changes the bucket, which costs a try. The second knows the form, and
        the third asks for one token: it fails only if there is none.
        """
        wanted = bucket.next_lease(now)
        for most in (wanted, wanted, 1):
            tokens = min(most, bucket.share(now))
            if not tokens:
                return False
            try:
                row = self._update(bucket, tokens, now)
            except ConditionFailedError as refusal:
                bucket.tat = (refusal.row or {}).get("tat", 0)
            else:
                bucket.hold(tokens, row["tat"], now)
                return True
        return False

    def _update(self, bucket: _Bucket, tokens: int, now: int) -> dict[str, Any]:
        pause = self._paused_until - now
        if 0 < pause <= OUTAGE_PAUSE:  # longer where the clock was set back: it is not known then
            raise UnavailableError(_UNKNOWN, math.ceil(pause / SECOND))
        try:
            return self._table.update({"id": bucket.key}, **bucket.taking(tokens, now))
        except ConditionFailedError:
            raise
        except Exception as error:  # whatever it is, the limits are not known
            self._paused_until = now + OUTAGE_PAUSE
            telemetry.fault("limiter failed", error)
            raise UnavailableError(_UNKNOWN, OUTAGE_PAUSE // SECOND) from error


class _Bucket:
    """What this instance last saw of a bucket, and the tokens of it that it holds."""

    def __init__(self, key: str, policy: Policy) -> None:
        self.key = key
        self.policy = policy
        self.tat = 0  # in the table it is this or later
        self._interval = policy.interval
        self._span = policy.burst * self._interval
        self._tokens = 0  # leased and not spent
        self._leased = 0
        self._lease_ends = 0

    def spend(self, now: int) -> bool:
        """Spend a token of the lease. What is not spent within its life is lost."""
        if not self._holds(now):
            self._tokens = 0
        if not self._tokens:
            return False
        self._tokens -= 1
        return True

    def next_lease(self, now: int) -> int:
        """Twice the last one if that was used up early, else 1: exact for who asks little."""
        if not self._holds(now):
            return 1
        return min(2 * self._leased, self.policy.lease)

    def hold(self, tokens: int, tat: int, now: int) -> None:
        """Keep tokens that were taken from the table, less the one that is spent now."""
        self.tat = tat
        self._leased, self._tokens = tokens, tokens - 1
        self._lease_ends = now + LEASE_LIFE

    def share(self, now: int) -> int:
        """Half of the tokens that may be there, rounded up: the rest is for other instances."""
        return (self._available(now) + 1) // 2

    def remaining(self, now: int) -> int:
        """Tokens in the table, as far as this instance knows, and in its hands."""
        return self._available(now) + self._tokens

    def wait(self, now: int) -> int:
        """Seconds until the bucket gets another token, rounded up."""
        credit = self._credit(now)
        missing = self._interval - (credit % self._interval if credit > 0 else credit)
        return math.ceil(missing / SECOND)

    def taking(self, tokens: int, now: int) -> dict[str, Any]:
        """The update that takes tokens, on the condition that they are there."""
        cost = tokens * self._interval
        expires = (now + self._span) // SECOND + TTL_MARGIN
        if self.tat <= now:
            return {
                "UpdateExpression": "SET tat = :next, expiresAt = :expires",
                "ConditionExpression": "attribute_not_exists(tat) OR tat <= :now",
                "ExpressionAttributeValues": {
                    ":next": now + cost,
                    ":now": now,
                    ":expires": expires,
                },
            }
        return {
            "UpdateExpression": "SET tat = tat + :cost, expiresAt = :expires",
            "ConditionExpression": "tat BETWEEN :now AND :limit",
            "ExpressionAttributeValues": {
                ":cost": cost,
                ":now": now,
                ":limit": now + self._span - cost,
                ":expires": expires,
            },
        }

    def _holds(self, now: int) -> bool:
        """Whether a lease lasts. One that ends too late is from before the clock was set back."""
        return 0 < self._lease_ends - now <= LEASE_LIFE

    def _available(self, now: int) -> int:
        return max(0, self._credit(now) // self._interval)

    def _credit(self, now: int) -> int:
        """Microseconds' worth of tokens; below 0 where another instance's clock is ahead."""
        return now + self._span - max(now, self.tat)


def limiter(config: LimitSettings) -> Limiter:
    """The limiter of a function."""
    return Limiter(Table(aws.client("dynamodb"), config.limits_table_name), config.rate_limits)
