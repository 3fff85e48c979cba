"""The limiter: token buckets in a table, taken from by many instances at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations_with_replacement
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dynamodb import LIMITS, before, empty_table, fails, raises

from catalog import aws, telemetry
from catalog.dynamodb import Table
from catalog.errors import RateLimitedError, UnavailableError
from catalog.limits import LEASE_LIFE, MOST_BUCKETS, OUTAGE_PAUSE, SECOND, Limiter, Policy

OUTAGE = fails("ProvisionedThroughputExceededException")


class Clock:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counted() -> dict[str, Any]:
    """The metrics, by name."""
    return telemetry.metrics.metric_set


@pytest.fixture
def limits(table: Table) -> Table:
    return Table(aws.client("dynamodb"), LIMITS)


def limiter(limits: Table, clock: Clock, **policy: Any) -> Limiter:
    return Limiter(limits, {"read": Policy(**policy)}, clock)


def admitted(limiter: Limiter, requests: int = 1, principal: str = "alice") -> int:
    """How many of some requests are admitted."""
    return sum(_is_admitted(limiter, principal) for _ in range(requests))


def _is_admitted(limiter: Limiter, principal: str) -> bool:
    try:
        limiter.take("read", principal)
    except RateLimitedError:
        return False
    return True


# The bucket


def test_a_full_bucket_admits_its_burst_and_then_its_rate(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=2, burst=5)

    at_once = admitted(one, 10)
    clock.now += 0.5
    then = admitted(one, 10)
    clock.now += 1.5
    later = admitted(one, 10)

    assert (at_once, then, later) == (5, 1, 3)


def test_a_bucket_holds_no_more_than_its_burst(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=2, burst=5)
    admitted(one, 5)

    clock.now += 1_000_000

    assert admitted(one, 10) == 5


def test_each_principal_and_each_class_has_a_bucket_of_its_own(limits: Table, clock: Clock) -> None:
    one = Limiter(limits, {"read": Policy(1, 2), "write": Policy(1, 2)}, clock)
    admitted(one, 3, "alice")

    one.take("write", "alice")

    assert admitted(one, 3, "bob") == 2


def test_instances_share_the_bucket(limits: Table, clock: Clock) -> None:
    instances = [limiter(limits, clock, rate=1, burst=10) for _ in range(4)]

    assert sum(admitted(each, 5) for each in instances) == 10


def test_a_refusal_says_which_policy_and_when_to_come_back(
    limits: Table, clock: Clock, counted: dict[str, Any]
) -> None:
    one = limiter(limits, clock, rate=0.1, burst=1)
    admitted(one)
    clock.now += 2.5

    with pytest.raises(RateLimitedError) as refusal:
        one.take("read", "alice")

    assert (refusal.value.policy, refusal.value.wait) == ("read", 8)
    assert counted["RateLimited"]["Value"] == [1.0]
    clock.now += 8
    assert admitted(one) == 1


def test_the_standing_is_what_is_left_and_when_there_is_more(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.5, burst=3)

    for _ in range(3):
        one.take("read", "alice")
        clock.now += 0.5

    assert [(s.remaining, s.wait) for s in one.standings] == [(2, 2), (1, 2), (0, 1)]


def test_a_policy_tells_its_window(limits: Table, clock: Clock) -> None:
    assert Policy(50, 100).window == 2
    assert Policy(1 / 60, 5).window == 300
    assert Policy(1000, 1).window == 1


def test_a_refused_bucket_costs_no_write_until_its_next_token(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=5)
    admitted(one, 5)

    with before("UpdateItem", lambda **_: None, table=LIMITS) as writes:
        assert admitted(one, 50) == 0
        assert writes.call_count == 0
        clock.now += 1
        assert admitted(one, 50) == 1
        assert writes.call_count == 1


def test_an_instance_that_knows_nothing_of_a_used_bucket_needs_two_tries(
    limits: Table, clock: Clock
) -> None:
    admitted(limiter(limits, clock, rate=1, burst=5), 4)
    other = limiter(limits, clock, rate=1, burst=5)

    with before("UpdateItem", lambda **_: None, table=LIMITS) as writes:
        assert admitted(other) == 1

    assert writes.call_count == 2


def test_a_bucket_whose_row_is_gone_is_full(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.001, burst=2)
    admitted(one, 1)

    limits.delete({"id": "read#0.001#alice"})  # as an operator does to let somebody in again

    assert admitted(one, 5) == 2


def test_a_row_goes_once_its_bucket_is_full_again(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=120)

    one.take("read", "alice")

    row = limits.get({"id": "read#1#alice"})
    assert row == {
        "id": "read#1#alice",
        "tat": int(clock.now + 1) * SECOND,
        "expiresAt": int(clock.now) + 120 + 60,
    }


def test_a_bucket_that_is_used_on_is_kept_on(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=120)
    one.take("read", "alice")

    clock.now += 0.5  # not full again
    one.take("read", "alice")
    clock.now += 1
    one.take("read", "alice")

    row = limits.get({"id": "read#1#alice"})
    assert row is not None
    assert row["expiresAt"] == int(clock.now) + 120 + 60


def test_a_clock_that_is_set_back_admits_no_more(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=5)
    admitted(one, 5)

    clock.now -= 100

    assert admitted(one, 5) == 0
    assert one.standings[-1].remaining == 0
    assert one.standings[-1].wait == 101


def test_a_clock_that_is_set_back_ends_leases_and_no_limit(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.001, burst=20, lease=4)
    admitted(one, 4)  # leases of 1, 2 and 4, of which 3 are left

    clock.now -= 100

    assert admitted(one, 20) == 20 - 7 - 1  # and one that is not due yet, by this clock


def test_a_clock_that_is_set_back_ends_no_outage_late(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=2)
    with before("UpdateItem", OUTAGE, table=LIMITS):
        admitted(one)

    clock.now -= 100

    assert admitted(one, 10) == 2


@pytest.mark.parametrize(("rate", "burst"), [(2, 5), (0.5, 5), (1, 60)])
def test_another_limit_cuts_nobody_off(
    limits: Table, clock: Clock, rate: float, burst: int
) -> None:
    admitted(limiter(limits, clock, rate=1, burst=5), 5)
    clock.now += 1

    changed = limiter(limits, clock, rate=rate, burst=burst)

    assert admitted(changed, 1) == 1


def test_who_is_not_told_learns_of_a_bucket_when_it_is_empty(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.1, burst=1)

    one.take("read", "alice", told=False)
    assert one.standings == []
    with pytest.raises(RateLimitedError):
        one.take("read", "alice", told=False)

    assert [(s.name, s.remaining, s.wait) for s in one.standings] == [("read", 0, 10)]


def test_who_is_not_told_learns_nothing_of_an_outage(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.1, burst=1)

    with before("UpdateItem", OUTAGE, table=LIMITS):
        one.take("read", "alice", told=False)

    assert one.standings == []


def test_an_instance_remembers_so_many_buckets_and_no_more(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.001, burst=1)
    admitted(one, 1, "known")
    with before("UpdateItem", OUTAGE, table=LIMITS):  # who is not remembered is let in
        admitted(one, 1, "first")
        for number in range(MOST_BUCKETS - 2):
            admitted(one, 1, f"p{number}")
        assert admitted(one, 1, "known") == 0
        admitted(one, 1, "one too many")

        assert len(one._buckets) == MOST_BUCKETS
        assert admitted(one, 1, "known") == 0  # who was asked for lately stays


# Leases


@pytest.mark.parametrize(("lease", "writes"), [(1, 100), (10, 13), (25, 8)])
def test_leases_save_writes(limits: Table, clock: Clock, lease: int, writes: int) -> None:
    one = limiter(limits, clock, rate=100, burst=1000, lease=lease)

    with before("UpdateItem", lambda **_: None, table=LIMITS) as observed:
        assert admitted(one, 100) == 100

    assert observed.call_count == writes


def test_who_asks_little_holds_no_tokens(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=100, lease=25)

    for _ in range(5):
        admitted(one)
        clock.now += LEASE_LIFE / SECOND

    assert one.standings[-1].remaining == 99


def test_the_standing_counts_what_is_leased_and_not_spent(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.001, burst=16, lease=4)

    admitted(one, 7)

    assert [standing.remaining for standing in one.standings] == [15, 14, 13, 12, 11, 10, 9]


def test_tokens_that_are_not_spent_die_with_their_lease(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.0001, burst=20, lease=4)
    admitted(one, 4)  # leases of 1, 2 and 4, of which 3 are left
    held = limits.get({"id": "read#0.0001#alice"})

    clock.now += LEASE_LIFE / SECOND

    assert held is not None
    assert admitted(one, 100) == 20 - 7


def test_a_lease_leaves_half_of_what_is_there_to_others(limits: Table, clock: Clock) -> None:
    greedy, modest = (limiter(limits, clock, rate=0.001, burst=16, lease=16) for _ in range(2))
    admitted(greedy, 8)  # took 1, 2 and 4, and wanted 8 of the 9 that were there

    assert admitted(modest, 8) == 4


def test_a_lease_takes_no_more_than_the_bucket_holds(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=10, burst=2, lease=8)

    for _ in range(6):
        assert admitted(one, 3) == 2
        clock.now += 1


def test_held_tokens_are_what_a_window_may_admit_beyond_the_limit(
    limits: Table, clock: Clock
) -> None:
    instances = [limiter(limits, clock, rate=10, burst=80, lease=8) for _ in range(4)]
    for each in instances:
        admitted(each, 8)  # leases of 1, 2, 4 and 8, of which 7 are left
    clock.now += 9  # the bucket is full again, and the leases have not ended

    at_once = sum(admitted(each, 100) for each in instances)

    assert at_once == 80 + 4 * (8 - 1)


# Many at once


class OneAtATime:
    """moto's DynamoDB, whose writes would meet otherwise as DynamoDB's never do."""

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, threading.Lock()

    def update_item(self, **parameters: Any) -> Any:
        with self._lock:
            return self._client.update_item(**parameters)


@pytest.mark.parametrize("lease", [1, 10])
@pytest.mark.parametrize("instances", [2, 8])
def test_parallel_callers_get_the_burst_and_no_more(
    table: Table, clock: Clock, lease: int, instances: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "count", mock.Mock())  # one instance is one process
    limits = Table(OneAtATime(aws.client("dynamodb")), LIMITS)
    fleet = [limiter(limits, clock, rate=0.001, burst=60, lease=lease) for _ in range(instances)]

    with ThreadPoolExecutor(instances) as pool:
        total = sum(pool.map(lambda each: admitted(each, 60), fleet))

    assert total == 60


def test_who_is_beaten_to_the_last_token_is_refused_after_three_tries(
    limits: Table, clock: Clock
) -> None:
    one = limiter(limits, clock, rate=0.001, burst=20, lease=4)
    other = limiter(limits, clock, rate=0.001, burst=20)
    admitted(one, 3)  # wants 4 next
    beaten_by = [14, 2, 1]  # which leaves 3, 1 and none
    turn = threading.Lock()

    def take_before(**_: Any) -> None:
        if beaten_by and turn.acquire(blocking=False):
            admitted(other, beaten_by.pop(0))
            turn.release()

    with before("UpdateItem", take_before, table=LIMITS) as writes:
        assert admitted(one) == 0

    assert writes.call_count == 3 + 1 + (14 + 2 + 1)  # the second is the other's, to find the form


def test_who_is_beaten_twice_asks_for_one_token_last(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=0.001, burst=40, lease=8)
    other = limiter(limits, clock, rate=0.001, burst=40)
    admitted(one, 7)  # wants 8 next
    beaten_by = [26, 4, 2]  # which leaves 7, 3 and 1
    turn = threading.Lock()

    def take_before(**_: Any) -> None:
        if beaten_by and turn.acquire(blocking=False):
            admitted(other, beaten_by.pop(0))
            turn.release()

    with before("UpdateItem", take_before, table=LIMITS):
        assert admitted(one) == 1

    assert (beaten_by, one.standings[-1].remaining) == ([], 0)


@dataclass
class Fleet:
    """Instances that act in each other's way: before any write, others may act."""

    limits: Table
    policy: Policy
    ahead: list[int]
    """How many milliseconds each instance's clock is ahead."""
    clock: Clock = field(default_factory=Clock)
    admitted: list[int] = field(default_factory=list)
    """When, by a clock that is right."""
    busy: set[int] = field(default_factory=set)

    def run(self, actions: list[tuple[int, int, bool]]) -> None:
        """Each action: which instance, after how many milliseconds, and whether in between."""
        self.pending = list(actions)
        self.limiters = [
            Limiter(self.limits, {"read": self.policy}, partial(self.time, milliseconds))
            for milliseconds in self.ahead
        ]
        with before("UpdateItem", self._come_between, table=LIMITS):
            while self.pending:
                self._act()

    def time(self, ahead: int) -> float:
        """By a clock that is ahead, in seconds."""
        return self.clock.now + ahead / 1000

    def _come_between(self, **_: Any) -> None:
        while self.pending and self.pending[0][2]:
            self._act()

    def _act(self) -> None:
        instance, milliseconds, _ = self.pending.pop(0)
        self.clock.now += milliseconds / 1000
        if instance in self.busy:
            return  # an instance answers one request at a time
        self.busy.add(instance)
        now = int(self.clock() * SECOND)
        if admitted(self.limiters[instance]):
            self.admitted.append(now)
        self.busy.remove(instance)


INSTANCES = 3
POLICIES = st.builds(
    Policy, rate=st.sampled_from([0.5, 3, 20]), burst=st.integers(1, 12), lease=st.integers(1, 6)
)
ACTIONS = st.lists(
    st.tuples(st.integers(0, INSTANCES - 1), st.sampled_from([0, 0, 1, 50, 900]), st.booleans()),
    max_size=40,
)


@given(
    policy=POLICIES,
    actions=ACTIONS,
    ahead=st.lists(st.sampled_from([0, 0, 40, 2500]), min_size=INSTANCES, max_size=INSTANCES),
)
def test_no_order_of_events_and_no_clock_admits_more_than_the_policy(
    policy: Policy, actions: list[tuple[int, int, bool]], ahead: list[int]
) -> None:
    with empty_table():
        fleet = Fleet(Table(aws.client("dynamodb"), LIMITS), policy, ahead)
        fleet.run(actions)

    moments = sorted(fleet.admitted)
    held = INSTANCES * (policy.lease - 1)
    apart = (max(ahead) - min(ahead)) * SECOND // 1000
    for first, last in combinations_with_replacement(range(len(moments)), 2):
        elapsed = moments[last] - moments[first] + apart
        allowed = policy.burst + elapsed // policy.interval + held
        in_a_lease_s_life = policy.burst + (elapsed + LEASE_LIFE) // policy.interval
        assert last - first + 1 <= min(allowed, in_a_lease_s_life)


@given(
    rate=st.sampled_from([0.5, 3, 20]),
    burst=st.integers(1, 12),
    requests=st.lists(st.tuples(st.integers(0, INSTANCES - 1), st.integers(0, 900)), max_size=40),
)
def test_without_leases_instances_together_are_one_token_bucket(
    rate: float, burst: int, requests: list[tuple[int, int]]
) -> None:
    clock, interval = Clock(), Policy(rate, burst).interval
    tokens, filled = burst * interval, int(clock() * SECOND)  # in microseconds' worth
    with empty_table():
        limits = Table(aws.client("dynamodb"), LIMITS)
        instances = [limiter(limits, clock, rate=rate, burst=burst) for _ in range(INSTANCES)]
        for instance, milliseconds in requests:
            clock.now += milliseconds / 1000
            now = int(clock() * SECOND)
            tokens, filled = min(burst * interval, tokens + now - filled), now
            expected = tokens >= interval

            assert admitted(instances[instance]) == expected
            tokens -= interval * expected


# Faults of the table


def test_an_open_class_is_answered_while_the_table_is_gone(
    limits: Table, clock: Clock, counted: dict[str, Any]
) -> None:
    one = limiter(limits, clock, rate=1, burst=1)

    with before("UpdateItem", OUTAGE, table=LIMITS):
        assert admitted(one, 3) == 3

    assert {standing.remaining for standing in one.standings} == {None}
    assert counted["LimiterFailed"]["Value"] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("fault", [OUTAGE, fails("AccessDeniedException"), raises(OSError())])
def test_a_closed_class_is_unavailable_while_the_table_is_gone(
    limits: Table, clock: Clock, counted: dict[str, Any], fault: Any
) -> None:
    one = limiter(limits, clock, rate=1, burst=1, on_failure="closed")

    with before("UpdateItem", fault, table=LIMITS), pytest.raises(UnavailableError) as first:
        one.take("read", "alice")
    clock.now += 1.5
    with pytest.raises(UnavailableError) as later:
        one.take("read", "bob")

    assert (first.value.wait, later.value.wait) == (5, 4)
    assert counted["LimiterFailed"]["Value"] == [1.0, 1.0]


def test_a_table_that_failed_is_left_alone_for_a_while(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=1)

    with before("UpdateItem", fails("AccessDeniedException"), table=LIMITS) as writes:
        admitted(one, 10)
        clock.now += OUTAGE_PAUSE / SECOND - 0.001
        admitted(one, 10)
    assert writes.call_count == 1

    clock.now += 0.001
    assert admitted(one, 10) == 1


def test_tokens_at_hand_are_spent_while_the_table_is_gone(limits: Table, clock: Clock) -> None:
    one = limiter(limits, clock, rate=1, burst=100, lease=10, on_failure="closed")
    admitted(one, 2)  # leases of 1 and 2: one is left

    with before("UpdateItem", OUTAGE, table=LIMITS):
        assert admitted(one) == 1
