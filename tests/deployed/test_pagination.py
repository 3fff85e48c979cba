"""Lists, page by page."""

from __future__ import annotations

import httpx
import pytest
from tests.deployed.conftest import CreateItem, Json, assert_problem
from tests.local_aws.stack import eventually

LIMIT = 4
STATUSES = ["active", "draft", "archived"]


@pytest.fixture
def items(client: httpx.Client, create: CreateItem, tag: str) -> list[Json]:
    """Thirty items of the test's own, oldest first, their statuses mixed."""
    items = [create(status=STATUSES[n % 3], quantity=n) for n in range(30)]
    # The list follows a write within a second or so.
    eventually(lambda: len(pages(client, tag=tag, limit=100)[0]) == len(items), seconds=5)
    return items


def pages(client: httpx.Client, **query: str | int) -> list[list[Json]]:
    """All pages of a list."""
    found, cursor = [], ""
    while True:
        answer = client.get("/items", params=query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        cursor = answer.json().get("nextCursor", "")
        if not cursor:
            return found


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("status", ["", "active", "draft"])
def test_pages_are_full_and_hold_every_match_once_in_order(
    client: httpx.Client, items: list[Json], tag: str, order: str, status: str
) -> None:
    matches = [item for item in items if status in {"", item["status"]}]
    expected = matches if order == "asc" else matches[::-1]
    by_status = {"status": status} if status else {}

    found = pages(client, tag=tag, order=order, limit=LIMIT, **by_status)

    assert len(found) > 2
    assert [item for page in found for item in page] == expected
    assert {len(page) for page in found[:-1]} == {LIMIT}


def test_updated_since_finds_what_changed_and_nothing_else(
    client: httpx.Client, items: list[Json], tag: str
) -> None:
    changed = client.patch(
        f"/items/{items[7]['id']}",
        json={"quantity": 99},
        headers={"Content-Type": "application/merge-patch+json"},
    ).json()

    found = pages(client, tag=tag, updatedSince=changed["updatedAt"], limit=LIMIT)

    assert [item for page in found for item in page] == [changed]


def test_the_newest_items_come_first_unless_asked_otherwise(
    client: httpx.Client, items: list[Json], tag: str
) -> None:
    [page] = pages(client, tag=tag, limit=100)

    assert page == items[::-1]


def test_a_cursor_serves_only_the_query_that_made_it(
    client: httpx.Client, items: list[Json], tag: str
) -> None:
    cursor = client.get("/items", params={"tag": tag, "limit": LIMIT}).json()["nextCursor"]

    for query in (
        {"tag": "another"},
        {"tag": tag, "order": "asc"},
        {"tag": tag, "status": "draft"},
    ):
        answer = client.get("/items", params=query | {"cursor": cursor})
        assert assert_problem(answer, 400)["errors"][0]["parameter"] == "cursor"


def test_a_page_may_change_its_size_on_the_way(
    client: httpx.Client, items: list[Json], tag: str
) -> None:
    first = client.get("/items", params={"tag": tag, "limit": 5}).json()

    rest = client.get("/items", params={"tag": tag, "limit": 100, "cursor": first["nextCursor"]})

    assert first["items"] + rest.json()["items"] == items[::-1]
