"""A greedy client beside a modest one: what each asked for, what it got, and how it reads."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from benchmark import report

GREEDY, MODEST = "greedy", "modest"
MODEST_RATE = 5  # requests a second
ENOUGH = 0.99  # of the modest client's requests have to be admitted
AT_MOST = 1.05  # of the tokens that a bucket gives: leases and clocks bend it a little
OUTER_POLICIES = {"rate", "quota"}  # of API Gateway's usage plans; others are the functions' own


class Outcome(Enum):
    """What became of a request."""

    ADMITTED = "admitted"
    REFUSED_BY_FUNCTION = "refused by the function"
    REFUSED_BY_GATEWAY = "refused by API Gateway"
    FAILED = "failed"


@dataclass(frozen=True)
class Answer:
    """How a request of a client went."""

    client: str
    ended: float
    """Seconds since the beginning."""
    milliseconds: float
    outcome: Outcome


@dataclass(frozen=True)
class Limits:
    """What each client may take: requests a second, and at once after a pause."""

    plan_rate: float
    """Of the usage plan, held by API Gateway."""
    plan_burst: int
    rate: float
    """Of the cost class `list`, held by the function."""
    burst: int


@dataclass(frozen=True)
class Fairness:
    """A modest client for some seconds alone, and then beside a greedy one."""

    answers: list[Answer]
    limits: Limits
    joined: float
    """When the greedy client came, in seconds since the beginning."""
    ended: float

    def alone(self) -> list[Answer]:
        """The modest client's answers before the greedy one came."""
        return [a for a in self.answers if a.client == MODEST and a.ended <= self.joined]

    def beside(self, client: str) -> list[Answer]:
        """A client's answers while both were there."""
        return [a for a in self.answers if a.client == client and a.ended > self.joined]

    def tokens(self) -> float:
        """How many tokens a user's bucket gives while both are there."""
        return self.limits.burst + self.limits.rate * (self.ended - self.joined)


def limits(usage: Mapping[str, Any]) -> Limits:
    """Read the limits from an answer of `GET /usage`."""
    plan = usage["plan"]
    policy = next(policy for policy in usage["policies"] if policy["name"] == "list")
    return Limits(plan["rateLimit"], plan["burstLimit"], policy["rateLimit"], policy["burstLimit"])


def outcome(status: int, problem: Mapping[str, Any]) -> Outcome:
    """Tell from an answer what became of the request, and which ring refused it."""
    if status == 200:
        return Outcome.ADMITTED
    if status != 429:
        return Outcome.FAILED
    by_gateway = OUTER_POLICIES.intersection(problem.get("violated-policies", []))
    return Outcome.REFUSED_BY_GATEWAY if by_gateway else Outcome.REFUSED_BY_FUNCTION


def count(answers: list[Answer], *outcomes: Outcome) -> int:
    """How many of the answers are of these outcomes."""
    return sum(answer.outcome in outcomes for answer in answers)


def per_second(answers: list[Answer], seconds: int) -> dict[Outcome, list[int]]:
    """How many requests had each outcome in each whole second."""
    found = Counter((answer.outcome, int(answer.ended)) for answer in answers)
    return {outcome: [found[outcome, n] for n in range(seconds)] for outcome in Outcome}


def success_rate(answers: list[Answer]) -> float:
    """Return the share of requests that were admitted; of none, 0."""
    return count(answers, Outcome.ADMITTED) / len(answers) if answers else 0.0


def complaints(fairness: Fairness) -> list[str]:
    """Return a sentence for each thing that is not as it has to be."""
    found = []
    for where, answers in (
        ("alone", fairness.alone()),
        ("beside the greedy one", fairness.beside(MODEST)),
    ):
        if (rate := success_rate(answers)) < ENOUGH:
            found.append(
                f"The modest client got {percent(rate)} of {len(answers)} requests {where}: "
                f"it has to get {percent(ENOUGH)}."
            )
    greedy = fairness.beside(GREEDY)
    for refusal in (Outcome.REFUSED_BY_FUNCTION, Outcome.REFUSED_BY_GATEWAY):
        if not count(greedy, refusal):
            found.append(
                f"None of the greedy client's {len(greedy)} requests was {refusal.value}: "
                "they were too few for its limits, or the limit does not hold."
            )
    admitted, tokens = count(greedy, Outcome.ADMITTED), fairness.tokens()
    if admitted > AT_MOST * tokens:
        found.append(
            f"{admitted} of the greedy client's requests were admitted: "
            f"its bucket gave {tokens:.0f} tokens."
        )
    return found


def markdown(fairness: Fairness) -> str:
    """Return the figures as a table, after a line that says where and how they were taken."""
    own = fairness.limits
    seconds = fairness.ended - fairness.joined
    admitted = count(fairness.beside(GREEDY), Outcome.ADMITTED)
    rows = [
        row("modest, alone", fairness.alone()),
        row("modest, beside greedy", fairness.beside(MODEST)),
        row("greedy", fairness.beside(GREEDY)),
    ]
    head = (
        "| client | sent | admitted | refused by the function | refused by API Gateway | failed "
        "| success | p50 | p99 |\n|---|---|---|---|---|---|---|---|---|"
    )
    return "\n".join(
        [
            f"Measured on {datetime.now(UTC).date()}, {report.machine()}: {fairness.joined:.0f} s "
            f"alone, {seconds:.0f} s together. Limits of each: {own.rate:g} lists a second and "
            f"{own.burst} at once (the user's bucket), {own.plan_rate:g} requests a second and "
            f"{own.plan_burst} at once (the client's usage plan). In {seconds:.0f} s the bucket "
            f"gives {fairness.tokens():.0f} tokens; {admitted} of the greedy client's requests "
            "were admitted.",
            "",
            head,
            *rows,
        ]
    )


def row(name: str, answers: list[Answer]) -> str:
    """Return the line of a client; its latencies are those of what was admitted."""
    counts = [count(answers, outcome) for outcome in Outcome]
    times = [a.milliseconds for a in answers if a.outcome is Outcome.ADMITTED]
    latencies = [f"{statistics.median(times):.0f} ms", f"{report.percentile_99(times):.0f} ms"]
    cells = [len(answers), *counts, percent(success_rate(answers))]
    return f"| {name} | {' | '.join(map(str, cells + (latencies if times else ['', ''])))} |"


def percent(share: float) -> str:
    """Write a share so that 100 % means all of them."""
    return f"{math.floor(share * 1000) / 10:g} %"
