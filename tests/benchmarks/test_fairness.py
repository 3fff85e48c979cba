"""The fairness of a load is judged and told by what each client got."""

from __future__ import annotations

import pytest

from benchmark import fairness
from benchmark.fairness import GREEDY, MODEST, Answer, Fairness, Limits, Outcome

LIMITS = Limits(plan_rate=50, plan_burst=100, rate=20, burst=100)


def answers(
    client: str, outcome: Outcome, number: int, at: float, milliseconds: float = 10
) -> list[Answer]:
    return [Answer(client, at, milliseconds, outcome)] * number


def a_run(
    modest_refused: int = 0,
    admitted: int = 300,
    by_function: int = 100,
    by_gateway: int = 300,
    lost_alone: int = 0,
) -> Fairness:
    """A modest client sends 100 requests alone and 100 beside a greedy one."""
    found = [
        *answers(MODEST, Outcome.ADMITTED, 100 - lost_alone, at=5),
        *answers(MODEST, Outcome.FAILED, lost_alone, at=5),
        *answers(MODEST, Outcome.ADMITTED, 100 - modest_refused, at=15, milliseconds=20),
        *answers(MODEST, Outcome.REFUSED_BY_FUNCTION, modest_refused, at=15),
        *answers(GREEDY, Outcome.ADMITTED, admitted, at=15, milliseconds=40),
        *answers(GREEDY, Outcome.REFUSED_BY_FUNCTION, by_function, at=15),
        *answers(GREEDY, Outcome.REFUSED_BY_GATEWAY, by_gateway, at=15),
    ]
    return Fairness(found, LIMITS, joined=10, ended=20)


@pytest.mark.parametrize(
    ("status", "problem", "expected"),
    [
        (200, {}, Outcome.ADMITTED),
        (429, {"violated-policies": ["list"]}, Outcome.REFUSED_BY_FUNCTION),
        (429, {"violated-policies": ["rate"]}, Outcome.REFUSED_BY_GATEWAY),
        (429, {"violated-policies": ["quota"]}, Outcome.REFUSED_BY_GATEWAY),
        (503, {}, Outcome.FAILED),
    ],
)
def test_the_policy_in_the_problem_tells_which_ring_refused(
    status: int, problem: dict[str, list[str]], expected: Outcome
) -> None:
    assert fairness.outcome(status, problem) is expected


def test_the_limits_are_those_that_the_api_tells_its_client() -> None:
    usage = {
        "plan": {"name": "standard", "rateLimit": 50, "burstLimit": 100},
        "policies": [
            {"name": "read", "rateLimit": 500, "burstLimit": 1000},
            {"name": "list", "rateLimit": 20, "burstLimit": 100},
        ],
    }

    assert fairness.limits(usage) == LIMITS


def test_a_modest_client_that_gets_its_share_is_no_complaint() -> None:
    assert fairness.complaints(a_run(modest_refused=1)) == []


def test_a_modest_client_that_is_crowded_out_is_a_complaint() -> None:
    complaints = fairness.complaints(a_run(modest_refused=2))

    assert complaints == [
        "The modest client got 98 % of 100 requests beside the greedy one: it has to get 99 %."
    ]


def test_a_modest_client_that_fails_alone_is_a_complaint() -> None:
    complaints = fairness.complaints(a_run(lost_alone=2))

    assert complaints == ["The modest client got 98 % of 100 requests alone: it has to get 99 %."]


def test_a_modest_client_that_got_no_answer_is_a_complaint() -> None:
    silent = Fairness([], LIMITS, joined=10, ended=20)

    assert len(fairness.complaints(silent)) == 4


@pytest.mark.parametrize(
    ("unseen", "said"),
    [("by_function", "refused by the function"), ("by_gateway", "refused by API Gateway")],
)
def test_a_ring_that_never_refuses_the_greedy_client_is_a_complaint(unseen: str, said: str) -> None:
    [complaint] = fairness.complaints(a_run(**{unseen: 0}))

    assert f"requests was {said}" in complaint


def test_more_admissions_than_tokens_are_a_complaint() -> None:
    assert fairness.complaints(a_run(admitted=315)) == []
    assert fairness.complaints(a_run(admitted=316)) == [
        "316 of the greedy client's requests were admitted: its bucket gave 300 tokens."
    ]


def test_the_table_has_a_line_for_the_modest_client_alone_and_beside_the_greedy_one() -> None:
    lines = fairness.markdown(a_run(modest_refused=1)).splitlines()

    assert lines[-3:] == [
        "| modest, alone | 100 | 100 | 0 | 0 | 0 | 100 % | 10 ms | 10 ms |",
        "| modest, beside greedy | 100 | 99 | 1 | 0 | 0 | 99 % | 20 ms | 20 ms |",
        "| greedy | 700 | 300 | 100 | 300 | 0 | 42.8 % | 40 ms | 40 ms |",
    ]


def test_the_table_says_how_many_tokens_there_were() -> None:
    text = fairness.markdown(a_run())

    assert "In 10 s the bucket gives 300 tokens; 300 of the greedy client's" in text


def test_a_share_is_100_percent_only_if_nothing_is_missing() -> None:
    assert fairness.percent(9999 / 10000) == "99.9 %"


def test_the_plot_counts_each_outcome_in_each_whole_second() -> None:
    found = [
        *answers(GREEDY, Outcome.ADMITTED, 2, at=0.0),
        *answers(GREEDY, Outcome.ADMITTED, 1, at=1.99),
        *answers(GREEDY, Outcome.FAILED, 4, at=1.0),
        *answers(GREEDY, Outcome.ADMITTED, 8, at=2.0),
    ]

    seconds = fairness.per_second(found, 2)

    assert seconds[Outcome.ADMITTED] == [2, 1]
    assert seconds[Outcome.FAILED] == [0, 4]
    assert seconds[Outcome.REFUSED_BY_GATEWAY] == [0, 0]
