"""Requests that meet: nothing is lost, nothing is done twice."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.deployed.conftest import CreateItem, item_input
from tests.deployed.test_items import MERGE_PATCH, items_with

PARALLEL = 10


def at_once(request: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """The answers to requests sent in parallel."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(request, range(PARALLEL)))


def test_parallel_creations_with_one_idempotency_key_make_one_item(
    client: httpx.Client, tag: str
) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}

    answers = at_once(lambda _: client.post("/items", json=item_input(tag), headers=key))

    created = [answer for answer in answers if answer.status_code == 201]
    asked_to_repeat = [answer for answer in answers if answer.status_code == 409]
    assert len(created) + len(asked_to_repeat) == PARALLEL
    assert all("Retry-After" in answer.headers for answer in asked_to_repeat)
    assert len({answer.json()["id"] for answer in created}) == 1
    assert Counter("Idempotency-Replayed" in answer.headers for answer in created)[False] == 1
    assert len(items_with(client, tag)) == 1


def test_parallel_patches_of_different_attributes_all_survive(
    client: httpx.Client, create: CreateItem
) -> None:
    path = f"/items/{create()['id']}"

    def patch(number: int) -> httpx.Response:
        changes = {"attributes": {f"by-{number}": number}}
        return client.patch(path, json=changes, headers=MERGE_PATCH)

    answers = at_once(patch)

    item = client.get(path).json()
    assert [answer.status_code for answer in answers] == [200] * PARALLEL
    assert item["attributes"] == {f"by-{number}": number for number in range(PARALLEL)}
    assert item["version"] == 1 + PARALLEL


def test_of_parallel_replacements_of_one_version_exactly_one_wins(
    client: httpx.Client, create: CreateItem, tag: str
) -> None:
    path = f"/items/{create()['id']}"

    def replace(number: int) -> httpx.Response:
        body = item_input(tag, quantity=number)
        return client.put(path, json=body, headers={"If-Match": '"1"'})

    answers = at_once(replace)

    winners = [answer for answer in answers if answer.status_code == 200]
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: PARALLEL - 1}
    assert client.get(path).json() == winners[0].json()
