"""An item's life over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from tests.deployed.conftest import CreateItem, Json, SignIn, assert_problem, item_input

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
UNKNOWN_ID = "01JQ7Z3N5E8WXTB9V4KMR2C6HD"


def test_an_item_lives_from_its_creation_to_its_deletion(client: httpx.Client, tag: str) -> None:
    created = client.post("/items", json=item_input(tag, quantity=3, status="active"))
    path = f"/items/{created.json()['id']}"

    read = client.get(path)
    replaced = client.put(path, json=item_input(tag, name="Oak desk"))
    patched = client.patch(path, json={"quantity": 7}, headers=MERGE_PATCH)
    deleted = client.delete(path)
    gone = client.get(path)

    assert created.status_code == 201
    assert (created.json()["version"], created.json()["quantity"]) == (1, 3)
    assert read.json() == created.json()
    assert replaced.json()["name"] == "Oak desk"
    assert (replaced.json()["quantity"], replaced.json()["status"]) == (0, "draft")
    assert replaced.json()["createdAt"] == created.json()["createdAt"]
    assert (patched.json()["quantity"], patched.json()["version"]) == (7, 3)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert_problem(gone, 404)


def test_location_leads_to_the_item_from_the_url_of_the_request(
    client: httpx.Client, tag: str
) -> None:
    created = client.post("/items", json=item_input(tag))

    followed = client.get(created.request.url.join(created.headers["Location"]))

    assert followed.json() == created.json()


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_unknown_item_is_not_found(client: httpx.Client, tag: str, method: str) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "PUT": {"json": item_input(tag)},
        "PATCH": {"json": {"quantity": 1}, "headers": MERGE_PATCH},
    }

    answer = client.request(method, f"/items/{UNKNOWN_ID}", **bodies.get(method, {}))

    assert UNKNOWN_ID in assert_problem(answer, 404)["detail"]


def test_unicode_comes_back_as_it_was_sent(client: httpx.Client, create: CreateItem) -> None:
    text = "Schreibtisch «Ωmega» 書き物机 👩🏽‍💻 e\u0301 \u202eRTL\u202c \u0000-free"
    text = text.replace("\u0000", "")

    item = create(name=text, description=text * 3, attributes={text[:20]: text, "größe": True})

    read = client.get(f"/items/{item['id']}").json()
    assert (read["name"], read["description"]) == (text, text * 3)
    assert read["attributes"] == {text[:20]: text, "größe": True}


# Conditional requests (RFC 9110, 13)


@pytest.mark.parametrize("validator", ['"1"', 'W/"1"', "*", '"7", "1"'])
def test_a_client_that_has_the_version_gets_no_body(
    client: httpx.Client, create: CreateItem, validator: str
) -> None:
    path = f"/items/{create()['id']}"

    answer = client.get(path, headers={"If-None-Match": validator})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == '"1"'


def test_a_client_with_another_version_gets_the_item(
    client: httpx.Client, create: CreateItem
) -> None:
    item = create()

    answer = client.get(f"/items/{item['id']}", headers={"If-None-Match": '"2", "3"'})

    assert (answer.status_code, answer.json()) == (200, item)


@pytest.mark.parametrize("validator", ['"1"', "*", '"7", "1"'])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_is_made_when_if_match_names_the_version(
    client: httpx.Client, create: CreateItem, tag: str, method: str, validator: str
) -> None:
    path = f"/items/{create()['id']}"

    answer = change(client, method, path, tag, validator)

    assert answer.status_code in {200, 204}


@pytest.mark.parametrize("validator", ['"2"', 'W/"1"', '"0", "5"'])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_of_another_version_is_refused(
    client: httpx.Client, create: CreateItem, tag: str, method: str, validator: str
) -> None:
    item = create()
    path = f"/items/{item['id']}"

    answer = change(client, method, path, tag, validator)

    assert "version 1" in assert_problem(answer, 412)["detail"]
    assert answer.headers["ETag"] == '"1"'
    assert client.get(path).json() == item


def change(
    client: httpx.Client, method: str, path: str, tag: str, validator: str
) -> httpx.Response:
    """Change an item on condition of its version."""
    headers = {"If-Match": validator}
    match method:
        case "PUT":
            return client.put(path, json=item_input(tag), headers=headers)
        case "PATCH":
            return client.patch(path, json={"quantity": 1}, headers=headers | MERGE_PATCH)
    return client.delete(path, headers=headers)


# JSON Merge Patch (RFC 7396)


def test_a_patch_changes_what_it_names_and_null_removes(
    client: httpx.Client, create: CreateItem
) -> None:
    item = create(
        description="Solid wood", attributes={"wood": "walnut", "weightKg": 38.5}, quantity=12
    )
    changes: Json = {
        "description": None,
        "price": {"amount": "399.00"},
        "attributes": {"wood": None, "assembled": True},
        "tags": [],
    }

    patched = client.patch(f"/items/{item['id']}", json=changes, headers=MERGE_PATCH).json()

    expected = {
        **item,
        "price": {"amount": "399.00", "currency": "EUR"},
        "attributes": {"weightKg": 38.5, "assembled": True},
        "tags": [],
        "version": 2,
        "updatedAt": patched["updatedAt"],
    }
    del expected["description"]
    assert patched == expected


def test_a_patch_that_leads_to_no_item_is_refused(client: httpx.Client, create: CreateItem) -> None:
    item = create(attributes={f"a{n}": n for n in range(50)})
    path = f"/items/{item['id']}"

    answer = client.patch(path, json={"attributes": {"one-more": 1}}, headers=MERGE_PATCH)

    assert_problem(answer, 422)
    assert client.get(path).json() == item


# Idempotency-Key


def test_repeating_a_creation_returns_the_first_answer(client: httpx.Client, tag: str) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = client.post("/items", json=item_input(tag), headers=key)
    client.patch(f"/items/{first.json()['id']}", json={"quantity": 5}, headers=MERGE_PATCH)

    again = client.post("/items", json=item_input(tag), headers=key)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(items_with(client, tag)) == 1


def test_an_idempotency_key_stands_for_one_body(client: httpx.Client, tag: str) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    client.post("/items", json=item_input(tag), headers=key)

    answer = client.post("/items", json=item_input(tag, quantity=9), headers=key)

    assert_problem(answer, 422)
    assert len(items_with(client, tag)) == 1


def test_idempotency_keys_of_two_users_never_meet(
    client: httpx.Client, sign_in: SignIn, tag: str
) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    other = {"Authorization": f"Bearer {sign_in()}"}

    mine = client.post("/items", json=item_input(tag), headers=key)
    theirs = client.post("/items", json=item_input(tag, quantity=9), headers=key | other)

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


def items_with(client: httpx.Client, tag: str) -> list[Json]:
    """The items with a tag, at most 100."""
    items: list[Json] = client.get("/items", params={"tag": tag, "limit": 100}).json()["items"]
    return items
