"""Lists: every matching item once, in order, in full pages, at a bounded cost."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dynamodb import before, empty_table

from catalog.dynamodb import Table
from catalog.items.model import Item, ItemFilter, Price
from catalog.items.repository import QUERY_LIMIT, ItemRepository

OWNER = "catalog"


def an_item(number: int, minute: int = 0, **fields: Any) -> Item:
    """An item created at a minute; its id decides on its shard."""
    moment = f"2026-01-01T{minute // 60:02d}:{minute % 60:02d}:00.000Z"
    values: dict[str, Any] = {
        "id": f"01JQ7Z3N5E8WXTB9V4KMR2{number:04d}",
        "name": f"Item {number}",
        "price": Price("1.00", "EUR"),
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
        "owner_id": OWNER,
    }
    return Item(**values | fields)


def pages(
    repository: ItemRepository, criteria: ItemFilter, limit: int
) -> list[tuple[list[Item], str | None]]:
    """All pages of a list."""
    found: list[tuple[list[Item], str | None]] = []
    position = None
    while not found or position is not None:
        items, position = repository.page(OWNER, criteria, limit, position)
        found.append((items, position))
        assert len(found) < 200, "the list does not end"
    return found


def matches(item: Item, criteria: ItemFilter) -> bool:
    return (
        item.owner_id == OWNER
        and criteria.status in (None, item.status)
        and (criteria.tag is None or criteria.tag in item.tags)
        and (criteria.updated_since is None or item.updated_at >= criteria.updated_since)
    )


tags = st.sampled_from(["red", "blue", "red-ish"])
stored_items = st.lists(
    st.tuples(
        st.integers(0, 3),  # the minute of creation, so that times are shared
        st.sampled_from(["draft", "active"]),
        st.lists(tags, max_size=2, unique=True),
        st.integers(0, 3),  # the minute of the last update
        st.sampled_from([OWNER, OWNER, OWNER, "someone-else"]),
    ),
    max_size=24,
)
filters = st.builds(
    ItemFilter,
    status=st.sampled_from([None, "draft", "active"]),
    tag=st.none() | tags,
    updated_since=st.sampled_from([None, "2026-01-01T00:02:00.000Z"]),
    order=st.sampled_from(["asc", "desc"]),
)


@settings(max_examples=max(30, settings().max_examples // 10))
@given(stored_items, filters, st.integers(1, 4), st.booleans(), st.integers(1, 6))
def test_the_pages_hold_exactly_the_matching_items_in_order(
    stored: list[Any], criteria: ItemFilter, shards: int, status_index: bool, limit: int
) -> None:
    items = [
        an_item(
            number,
            minute,
            status=status,
            tags=tags,
            updated_at=f"2026-01-01T00:{updated:02d}:00.000Z",
            owner_id=owner,
        )
        for number, (minute, status, tags, updated, owner) in enumerate(stored)
    ]
    expected = sorted(
        (item for item in items if matches(item, criteria)),
        key=lambda item: (item.created_at, item.id),
        reverse=criteria.order == "desc",
    )

    with empty_table() as table:
        repository = ItemRepository(table, shards, status_index)
        _store(repository, items)
        found = pages(repository, criteria, limit)

    assert [item for page, _ in found for item in page] == expected
    assert all(len(page) == limit for page, position in found if position is not None)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_an_item_added_behind_the_cursor_shifts_nothing(table: Table, order: Any) -> None:
    repository = ItemRepository(table, 2, status_index=True)
    _store(repository, [an_item(n, minute=10 + n) for n in range(6)])
    criteria = ItemFilter(order=order)
    first, position = repository.page(OWNER, criteria, 3, None)
    behind = an_item(100, minute=0 if order == "asc" else 90)

    repository.create(behind)
    second, _ = repository.page(OWNER, criteria, 3, position)

    assert {item.id for item in first} & {item.id for item in second} == set()
    assert len(first + second) == 6


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_match_far_into_one_shard_stands_before_those_of_another(
    table: Table, order: Any
) -> None:
    repository = ItemRepository(table, 2, status_index=False)
    numbers = {shard: _numbers_of(repository, shard) for shard in (0, 1)}
    minutes = range(20) if order == "asc" else range(100, 80, -1)
    # Shard 0 has its only match behind twenty others; those of shard 1 all come later.
    others = [an_item(number, minute) for number, minute in zip(numbers[0], minutes, strict=False)]
    rare = an_item(numbers[0][20], 50, tags=["red"])
    step = 1 if order == "asc" else -1
    later = [an_item(numbers[1][n], 50 + step * (n + 1), tags=["red"]) for n in range(5)]
    _store(repository, [*others, rare, *later])

    items, _ = repository.page(OWNER, ItemFilter(tag="red", order=order), 2, None)

    assert items == [rare, later[0]]


def test_a_full_page_takes_one_query_a_shard(table: Table) -> None:
    repository = ItemRepository(table, 3, status_index=True)
    _store(repository, [an_item(n, n) for n in range(30)])

    with before("Query", lambda **_: None) as queries:
        repository.page(OWNER, ItemFilter(), 5, None)

    assert queries.call_count == 3


def test_a_status_is_read_from_its_index_alone(table: Table) -> None:
    repository = ItemRepository(table, 1, status_index=True)
    drafts = [an_item(n, n) for n in range(50)]
    _store(repository, [*drafts, an_item(50, 50, status="active")])

    with before("Query", lambda **_: None) as queries:
        items, position = repository.page(OWNER, ItemFilter(status="active", order="asc"), 1, None)

    assert [item.status for item in items] == ["active"]
    assert position is None
    assert queries.call_count == 1


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("shards", [1, 3])
def test_a_rare_match_costs_a_bounded_number_of_queries_and_is_found(
    table: Table, order: Any, shards: int
) -> None:
    # Pages of one row stand in for pages of 1 MB, which the filter empties.
    repository = ItemRepository(table, shards, status_index=False)
    last = an_item(70 if order == "asc" else 0, 70 if order == "asc" else 0, tags=["rare"])
    others = [an_item(n, n) for n in range(1, 70)]
    _store(repository, [*others, last])
    criteria = ItemFilter(tag="rare", order=order)
    found: list[Item] = []
    position: str | None = None
    positions: list[str] = []

    with before("Query", _one_row_a_page) as queries:
        while True:
            before_page = queries.call_count
            items, position = repository.page(OWNER, criteria, 2, position)
            assert queries.call_count - before_page <= QUERY_LIMIT + shards
            found += items
            if position is None:
                break
            positions.append(position)

    assert [item.id for item in found] == [last.id]
    assert len(positions) > 1
    assert positions == sorted(set(positions), reverse=order == "desc")


def test_a_page_grows_what_it_reads(table: Table) -> None:
    repository = ItemRepository(table, 1, status_index=False)
    _store(repository, [an_item(n, n) for n in range(200)])
    sizes: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        sizes.append(msgspec.json.decode(params["body"])["Limit"])

    with before("Query", note):
        repository.page(OWNER, ItemFilter(tag="none"), 1, None)

    assert sizes == [2, 8, 32, 128, 512]


def _numbers_of(repository: ItemRepository, shard: int) -> list[int]:
    return [n for n in range(100) if repository._shard(an_item(n).id) == shard]


def _one_row_a_page(params: dict[str, Any], **_: Any) -> None:
    body = msgspec.json.decode(params["body"])
    params["body"] = msgspec.json.encode(body | {"Limit": 1})


def _store(repository: ItemRepository, items: list[Item]) -> None:
    for item in items:
        repository.create(item)


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("stride", [3, 7, 13])
def test_no_shard_runs_ahead_of_a_match_in_another(table: Table, order: Any, stride: int) -> None:
    repository = ItemRepository(table, 3, status_index=False)
    items = [an_item(n, n, tags=["red"] if n % stride == 0 else []) for n in range(60)]
    _store(repository, items)

    found = pages(repository, ItemFilter(tag="red", order=order), limit=1)

    red = items[::stride] if order == "asc" else items[::stride][::-1]
    assert [item for page, _ in found for item in page] == red
