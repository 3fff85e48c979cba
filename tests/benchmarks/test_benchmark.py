"""The benchmark compares like with like, and the load test notices what is lost."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

import build
from benchmark import contenders, ledger, measure, report
from benchmark.ledger import Ledger

MADE_ANEW = ("id", "createdAt", "updatedAt")


def api_with(versions: dict[str, int]) -> httpx.Client:
    """An API that has these items."""

    def answer(request: httpx.Request) -> httpx.Response:
        version = versions.get(request.url.path.removeprefix("/items/"))
        return httpx.Response(404 if version is None else 200, json={"version": version})

    return httpx.Client(base_url="http://api", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("acknowledged", "found", "is_lost"),
    [
        (2, 2, False),
        (2, 3, False),
        (2, 1, True),
        (2, None, True),
        (None, 2, True),
        (None, None, False),
    ],
    ids=["as told", "changed since", "went back", "gone", "deleted but there", "deleted"],
)
def test_what_is_not_as_acknowledged_is_lost(
    acknowledged: int | None, found: int | None, is_lost: bool
) -> None:
    told = Ledger()
    if acknowledged is None:
        told.deleted.add("a")
    else:
        told.versions["a"] = acknowledged
    api = api_with({} if found is None else {"a": found})

    assert bool(ledger.lost(api, told)) is is_lost


def test_a_ratio_compares_measures_of_the_same_round() -> None:
    ours, theirs = [2.0, 20.0, 4.0], [1.0, 10.0, 4.0]

    assert measure.median_ratio(ours, theirs) == 2


@pytest.mark.parametrize(("number", "expected"), [(100, 99), (50, 50), (1, 1)])
def test_the_99th_percentile_is_exceeded_by_one_in_a_hundred_at_most(
    number: int, expected: float
) -> None:
    assert report.percentile_99([float(n) for n in range(number, 0, -1)]) == expected


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    page = "before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n"

    replaced = report.between_markers(page, "bench", "new")

    assert replaced == "before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter\n"


def test_a_page_without_the_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks <!-- load -->"):
        report.between_markers("<!-- /load -->", "load", "new")


@pytest.mark.parametrize("name", ["bench", "limiter", "load", "fairness"])
def test_the_page_has_a_place_for_each_table(name: str) -> None:
    assert "new" in report.between_markers(report.PAGE.read_text(), name, "new")


def test_contenders_run_on_the_layers_botocore() -> None:
    locks = [contenders.LOCK, build.LAYER_LOCK]

    versions = {re.findall(r"^botocore==(\S+)", lock.read_text(), re.M)[0] for lock in locks}

    assert len(versions) == 1


@pytest.mark.deep
def test_contenders_give_the_same_answers_as_the_catalog_api() -> None:
    packed = contenders.pack_all()

    results = measure.measure(packed, contenders.pack_runtime_client(), rounds=1)

    ours = results.pop(contenders.CATALOG).answers
    assert results.pop(contenders.EMPTY).init
    assert len(results) == 4
    for name, result in results.items():
        assert contents(result.answers) == contents(ours), name


def contents(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Status and body of each answer, without what no two creations have in common."""
    found = {}
    for operation, answer in answers.items():
        body = json.loads(answer["body"])
        if operation == "create":
            assert all(body.pop(name) for name in MADE_ANEW)
        found[operation] = (answer["statusCode"], body)
    return found
