"""The routes of items: what each answers."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import msgspec
import pytest
from tests.unit import contract, gateway
from tests.unit.dynamodb import before, once
from tests.unit.gateway import Client, item_input
from ulid import ULID

from catalog import aws
from catalog.dynamodb import Table

NO_ITEM = "01JQ7Z3N5E8WXTB9V4KMR2C6HD"


# Creating


def test_a_created_item_is_answered_with_its_place_and_version(items: Client) -> None:
    answer = items("POST", "/items", item_input(tags=["a", "b"], quantity=3))

    assert answer.status == 201
    assert answer.headers["location"] == f"items/{answer.json['id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert "idempotency-replayed" not in answer.headers
    contract.validator("Item").validate(answer.json)
    assert answer.json["ownerId"] == gateway.USER


def test_fields_that_are_left_out_take_their_defaults(items: Client) -> None:
    price = {"amount": "1", "currency": "EUR"}

    item = items("POST", "/items", {"name": "Desk", "price": price}).json

    assert "description" not in item
    defaults = {"quantity": 0, "status": "draft", "tags": [], "attributes": {}}
    assert {name: item[name] for name in defaults} == defaults


def test_an_item_is_read_as_it_was_created(items: Client) -> None:
    created = items.create(
        description="",
        tags=["é", "漢字", "\u0000"],
        attributes={"weightKg": 38.5, "big": 2**53 - 1, "small": 1e-300, "yes": True, "empty": ""},
    )

    read = items("GET", f"/items/{created['id']}")

    assert read.json == created
    assert read.headers["etag"] == '"1"'


@pytest.mark.parametrize("name", ["id", "version", "createdAt", "updatedAt", "ownerId", "colour"])
def test_a_field_that_clients_do_not_set_is_refused_by_name(items: Client, name: str) -> None:
    answer = items("POST", "/items", item_input(**{name: "1"}))

    assert answer.status == 400
    assert answer.json["errors"] == [
        {"pointer": "", "detail": f"Object contains unknown field `{name}`"}
    ]


def test_a_create_whose_answer_was_lost_is_not_refused_at_its_second_try(items: Client) -> None:
    def write_unheard(params: dict[str, Any], **_: Any) -> None:
        # The first try takes effect, its answer is lost: botocore sends the same again.
        row = msgspec.json.decode(params["body"])["Item"]
        client: Any = aws.client("dynamodb")
        client.put_item(TableName="items", Item=row)

    with before("PutItem", once(write_unheard)):
        answer = items("POST", "/items", item_input())

    assert answer.status == 201
    assert len(items("GET", "/items").json["items"]) == 1


def test_an_id_that_is_taken_is_never_written_over(items: Client) -> None:
    created = items.create()

    with mock.patch("catalog.items.service.ULID", return_value=ULID.from_str(created["id"])):
        answer = items("POST", "/items", item_input(name="Another"))

    assert answer.status == 500
    assert items("GET", f"/items/{created['id']}").json == created


# Listing


def test_a_list_is_newest_first_and_paged_by_cursor(items: Client) -> None:
    created = [items.create()["id"] for _ in range(5)]

    first = items("GET", "/items", query={"limit": "3"}).json
    second = items("GET", "/items", query={"limit": "3", "cursor": first["nextCursor"]}).json

    contract.validator("ItemPage").validate(first)
    assert "nextCursor" not in second
    listed = [item["id"] for item in first["items"] + second["items"]]
    assert sorted(listed) == sorted(created)
    times = [item["createdAt"] for item in first["items"] + second["items"]]
    assert times == sorted(times, reverse=True)


def test_a_list_is_filtered_by_all_its_parameters(items: Client) -> None:
    wanted = items.create(status="active", tags=["red"])
    items.create(status="draft", tags=["red"])
    items.create(status="active", tags=["reddish"])
    query = {"status": "active", "tag": "red", "updatedSince": "2020-01-01T00:00:00Z"}

    page = items("GET", "/items", query=query).json

    assert page == {"items": [wanted]}


def test_an_empty_list_is_a_page_without_items(items: Client) -> None:
    answer = items("GET", "/items")

    assert answer.status == 200
    assert answer.json == {"items": []}


@pytest.mark.parametrize(
    "moment",
    [
        "2099-01-01T00:00:00Z",
        "2099-01-01T00:00:00.123456Z",
        "2099-01-01t00:00:00z",
        "2099-01-01T05:00:00+05:00",
        "9999-12-31T23:59:59.999Z",
    ],
)
def test_items_changed_before_a_moment_are_left_out(items: Client, moment: str) -> None:
    items.create()

    assert items("GET", "/items", query={"updatedSince": moment}).json == {"items": []}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "2020-01-01T00:00:00-23:59"])
def test_items_changed_since_a_moment_are_listed(items: Client, moment: str) -> None:
    created = items.create()

    assert items("GET", "/items", query={"updatedSince": moment}).json == {"items": [created]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", ""),
        ("limit", "ten"),
        ("limit", "5.0"),
        ("limit", "1e1"),
        ("limit", "\u0665"),
        ("limit", "9" * 5000),
        ("order", "up"),
        ("order", "ASC"),
        ("status", "gone"),
        ("status", ""),
        ("tag", ""),
        ("tag", " "),
        ("tag", "t" * 41),
        ("tag", "\ud800"),
        ("updatedSince", ""),
        ("updatedSince", "yesterday"),
        ("updatedSince", "2026-01-01"),
        ("updatedSince", "2026-01-01T00:00:00"),
        ("updatedSince", "2026-02-30T00:00:00Z"),
        ("updatedSince", "1700000000"),
        ("updatedSince", "0001-01-01T00:00:00+23:59"),
        ("updatedSince", "9999-12-31T23:59:59-23:59"),
        ("cursor", ""),
        ("cursor", "c" * 513),
        ("cursor", "not-a-cursor"),
        ("cursor", "\ud800"),
        ("cursor", "é"),
        ("Limit", "1"),
        ("page", "2"),
        ("\ud800", "1"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(
    items: Client, problem: contract.Validator, name: str, value: str
) -> None:
    answer = items("GET", "/items", query={name: value})

    assert answer.status == 400
    problem.validate(answer.json)
    assert answer.json["type"] == "urn:catalog:problem:invalid-parameter"
    assert answer.json["errors"][0]["parameter"] == name.replace("\ud800", "?")
    assert not re.search(r"`|\bstr\b|\bint\b|NoneType|Error", answer.text)


@pytest.mark.parametrize("values", [["5", "5"], ["5", "6"], []])
def test_a_parameter_that_does_not_stand_once_is_refused(items: Client, values: list[str]) -> None:
    answer = items("GET", "/items", query={"limit": values})

    assert answer.status == 400
    assert answer.json["detail"] == "limit: Expected one value."


@pytest.mark.parametrize("changed", [{"order": "asc"}, {"status": "draft"}, {"tag": "red"}])
def test_the_cursor_of_another_query_is_refused(items: Client, changed: dict[str, str]) -> None:
    for _ in range(2):
        items.create(tags=["red"])
    cursor = items("GET", "/items", query={"limit": "1"}).json["nextCursor"]

    answer = items("GET", "/items", query={"limit": "1", "cursor": cursor} | changed)

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "cursor"


def test_the_limit_may_change_from_page_to_page(items: Client) -> None:
    for _ in range(4):
        items.create()
    cursor = items("GET", "/items", query={"limit": "1"}).json["nextCursor"]

    answer = items("GET", "/items", query={"limit": "100", "cursor": cursor})

    assert len(answer.json["items"]) == 3


# Reading


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"7", "1"', '"x",W/"1"', "*", ' "1" '])
def test_a_version_that_the_client_has_is_not_sent_again(items: Client, known: str) -> None:
    path = f"/items/{items.create()['id']}"

    answer = items("GET", path, headers={"If-None-Match": known})

    assert answer.status == 304
    assert answer.raw.get("body") in (None, "")
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("known", ['"2"', '"01"', '"1x"', '""', '"é"'])
def test_another_version_is_sent(items: Client, known: str) -> None:
    path = f"/items/{items.create()['id']}"

    answer = items("GET", path, headers={"if-none-match": known})

    assert answer.status == 200
    assert answer.headers["cache-control"] == "private, no-cache"


MALFORMED_TAGS = ["", "1", '"1', "W/1", 'w/"1"', '"1" "2"', "**", '"1";', ",".join(['"1"'] * 51)]


@pytest.mark.parametrize("known", MALFORMED_TAGS)
def test_malformed_known_versions_are_refused(items: Client, known: str) -> None:
    path = f"/items/{items.create()['id']}"

    answer = items("GET", path, headers={"If-None-Match": known})

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "If-None-Match"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "item_id",
    [
        NO_ITEM,
        "1",
        "x" * 26,
        "é" * 26,
        "x" * 5000,
        "..",
        "idempotency#" + "0" * 14,
        "' OR 1=1 --",
        "\u0000",
        "\ud800" * 26,
        "%2e%2e%2f",
    ],
)
def test_an_id_that_names_nothing_is_not_found(items: Client, method: str, item_id: str) -> None:
    body = {"PUT": item_input(), "PATCH": {}}.get(method)

    answer = items(method, f"/items/{item_id}", body)

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_item_of_somebody_else_is_not_found(items: Client) -> None:
    item_id = items.create()["id"]
    items.function.repository._table.update(
        {"id": item_id},
        UpdateExpression="SET ownerId = :o",
        ExpressionAttributeValues={":o": "other"},
    )

    answers = [
        items("GET", f"/items/{item_id}"),
        items("PUT", f"/items/{item_id}", item_input()),
        items("PATCH", f"/items/{item_id}", {}),
        items("DELETE", f"/items/{item_id}"),
    ]

    assert [answer.status for answer in answers] == [404] * 4


def test_a_read_sees_every_write_before_it(items: Client) -> None:
    path = f"/items/{items.create()['id']}"

    with before("GetItem", lambda **_: None) as calls:
        items("GET", path)

    # The table in memory is always consistent; DynamoDB only if it is asked to be.
    assert msgspec.json.decode(calls.call_args.kwargs["params"]["body"])["ConsistentRead"] is True


# Replacing, and what all writes share


def test_a_replaced_item_keeps_nothing_but_its_identity(items: Client) -> None:
    created = items.create(description="old", tags=["a"], quantity=5, status="active")

    answer = items("PUT", f"/items/{created['id']}", item_input(name="New", attributes={}))

    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    kept = {name: created[name] for name in ("id", "createdAt", "ownerId", "price")}
    fresh = {"name": "New", "quantity": 0, "status": "draft", "tags": [], "attributes": {}}
    changed = {"version": 2, "updatedAt": answer.json["updatedAt"]}
    assert answer.json == kept | fresh | changed
    assert answer.json["updatedAt"] >= created["updatedAt"]
    assert items("GET", f"/items/{created['id']}").json == answer.json


def test_a_replaced_item_moves_to_the_list_of_its_status(items: Client) -> None:
    created = items.create(status="draft")

    replaced = items("PUT", f"/items/{created['id']}", item_input(status="active")).json

    assert items("GET", "/items", query={"status": "draft"}).json == {"items": []}
    assert items("GET", "/items", query={"status": "active"}).json == {"items": [replaced]}


def test_without_its_index_a_status_is_filtered(table: Table) -> None:
    items = Client(gateway.load("items", STATUS_INDEX="false"))
    created = items.create(status="draft")

    replaced = items("PUT", f"/items/{created['id']}", item_input(status="active")).json

    assert items("GET", "/items", query={"status": "draft"}).json == {"items": []}
    assert items("GET", "/items", query={"status": "active"}).json == {"items": [replaced]}


WRITES: list[tuple[str, Any, int]] = [
    ("PUT", item_input(), 200),
    ("PATCH", {"quantity": 9}, 200),
    ("DELETE", None, 204),
]


@pytest.mark.parametrize(("method", "body", "status"), WRITES)
@pytest.mark.parametrize("required", ['"1"', '"9", "1"', "*", None, ' "1" , "2"'])
def test_a_write_to_the_required_version_is_done(
    items: Client, method: str, body: Any, status: int, required: str | None
) -> None:
    path = f"/items/{items.create()['id']}"
    headers = {"If-Match": required} if required else {}

    assert items(method, path, body, headers=headers).status == status


@pytest.mark.parametrize(("method", "body"), [write[:2] for write in WRITES])
@pytest.mark.parametrize(
    "required", ['"2"', 'W/"1"', '"0"', '"01"', '""', '"9999999999999999999999"', '"2","3"']
)
def test_a_write_to_another_version_is_refused(
    items: Client, method: str, body: Any, required: str
) -> None:
    created = items.create()
    path = f"/items/{created['id']}"

    answer = items(method, path, body, headers={"If-Match": required})

    assert answer.status == 412
    assert answer.headers["etag"] == '"1"'
    assert items("GET", path).json == created


@pytest.mark.parametrize(("method", "body"), [write[:2] for write in WRITES])
@pytest.mark.parametrize("required", MALFORMED_TAGS)
def test_a_write_with_a_malformed_version_is_refused(
    items: Client, method: str, body: Any, required: str
) -> None:
    created = items.create()
    path = f"/items/{created['id']}"

    answer = items(method, path, body, headers={"if-match": required})

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "If-Match"
    assert items("GET", path).json == created


def test_lines_of_the_same_header_are_one_list(items: Client) -> None:
    path = f"/items/{items.create()['id']}"
    event = gateway.proxy_event("DELETE", path)
    # API Gateway gives the last line as the header.
    event["headers"]["If-Match"] = '"2"'
    event["multiValueHeaders"]["If-Match"] = ['"1"', '"2"']

    assert items.invoke(event).status == 204


# Patching


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"name": "New"}, {"name": "New"}),
        ({"price": {"amount": "2.50"}}, {"price": {"amount": "2.50", "currency": "EUR"}}),
        ({"attributes": {"b": None, "c": True}}, {"attributes": {"a": 1, "c": True}}),
        ({"attributes": None}, {"attributes": {}}),
        ({"tags": ["z"]}, {"tags": ["z"]}),
        ({"tags": None}, {"tags": []}),
        ({"quantity": None, "status": None}, {"quantity": 0, "status": "draft"}),
    ],
)
def test_a_patch_changes_what_it_names(
    items: Client, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    created = items.create(
        quantity=5, status="active", tags=["x"], description="d", attributes={"a": 1, "b": "two"}
    )

    answer = items("PATCH", f"/items/{created['id']}", changes)

    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    stamps = {"version": 2, "updatedAt": answer.json["updatedAt"]}
    assert answer.json == created | expected | stamps
    assert items("GET", f"/items/{created['id']}").json == answer.json


def test_null_removes_a_description(items: Client) -> None:
    path = f"/items/{items.create(description='old')['id']}"

    patched = items("PATCH", path, {"description": None})

    assert "description" not in patched.json
    assert "description" not in items("GET", path).json


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"name": 1}, "/name"),
        ({"description": 5}, "/description"),
        ({"price": None}, "/price"),
        ({"price": {"amount": None}}, "/price/amount"),
        ({"price": {"currency": "XYZ"}}, "/price/currency"),
        ({"attributes": {"a": []}}, "/attributes"),
        ({"tags": ["a", "a"]}, "/tags"),
        ({"id": "1"}, ""),
        ([], ""),
        ("text", ""),
    ],
)
def test_a_patch_that_does_not_match_the_contract_is_refused(
    items: Client, changes: Any, pointer: str
) -> None:
    created = items.create()
    body = changes if not isinstance(changes, str) else f'"{changes}"'

    answer = items("PATCH", f"/items/{created['id']}", body)

    assert answer.status == 400
    assert answer.json["errors"][0]["pointer"] == pointer
    assert items("GET", f"/items/{created['id']}").json == created


def test_a_patch_whose_result_is_no_item_is_refused(items: Client) -> None:
    created = items.create(attributes={f"old{n}": n for n in range(30)})
    changes = {"attributes": {f"new{n}": n for n in range(30)}}

    answer = items("PATCH", f"/items/{created['id']}", changes)

    assert answer.status == 422
    assert answer.json["type"] == "urn:catalog:problem:invalid-result"
    assert answer.json["errors"] == [
        {"pointer": "/attributes", "detail": "Expected object of length <= 50"}
    ]
    assert items("GET", f"/items/{created['id']}").json == created


def test_patches_of_different_fields_that_meet_both_survive(items: Client) -> None:
    path = f"/items/{items.create()['id']}"
    # Between the patch's read and its write, another one is done.
    meets = once(lambda **_: items("PATCH", path, {"quantity": 7}) and None)

    with before("UpdateItem", meets):
        answer = items("PATCH", path, {"name": "New"})

    assert answer.status == 200
    assert (answer.json["name"], answer.json["quantity"]) == ("New", 7)
    assert answer.json["version"] == 3


def test_a_patch_of_a_required_version_that_meets_another_is_refused(items: Client) -> None:
    path = f"/items/{items.create()['id']}"
    meets = once(lambda **_: items("PATCH", path, {"quantity": 7}) and None)

    with before("UpdateItem", meets):
        answer = items("PATCH", path, {"name": "New"}, headers={"If-Match": '"1"'})

    assert answer.status == 412
    assert answer.headers["etag"] == '"2"'


def test_a_patch_that_always_meets_others_is_a_conflict(items: Client) -> None:
    path = f"/items/{items.create()['id']}"
    meeting: list[bool] = []

    def meets(**_: Any) -> None:
        if not meeting:
            meeting.append(True)
            assert items("PUT", path, item_input()).status == 200
            meeting.pop()

    with before("UpdateItem", meets):
        answer = items("PATCH", path, {"name": "New"})

    assert answer.status == 409
    assert answer.headers["retry-after"] == "1"


# Deleting


def test_a_deleted_item_is_gone(items: Client) -> None:
    path = f"/items/{items.create()['id']}"

    answer = items("DELETE", path)

    assert answer.status == 204
    assert answer.raw.get("body") in (None, "")
    assert items("GET", path).status == 404
    assert items("DELETE", path).status == 404
    assert items("GET", "/items").json == {"items": []}


def test_delete_with_stale_etag_is_refused(items: Client) -> None:
    path = f"/items/{items.create()['id']}"
    items("PATCH", path, {"quantity": 1})

    answer = items("DELETE", path, headers={"If-Match": '"1"'})

    assert answer.status == 412
    assert items("GET", path).status == 200


def test_a_delete_is_one_conditional_write(items: Client) -> None:
    path = f"/items/{items.create()['id']}"

    with before("*", lambda **_: None) as calls:
        items("DELETE", path)

    assert [call.kwargs["model"].name for call in calls.call_args_list] == ["DeleteItem"]


@pytest.mark.parametrize(("method", "body"), [("PUT", item_input()), ("PATCH", {"name": "New"})])
def test_a_change_dates_the_item(items: Client, method: str, body: Any) -> None:
    path = f"/items/{items.create()['id']}"
    later = "2999-01-01T00:00:00.000Z"

    with mock.patch("catalog.items.service._now", return_value=later):
        answer = items(method, path, body)

    assert answer.json["updatedAt"] == later
    assert items("GET", path).json["updatedAt"] == later


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_answer_to_an_unknown_item_names_it(items: Client, method: str) -> None:
    answer = items(method, f"/items/{NO_ITEM}", item_input() if method == "PUT" else None)

    assert answer.json["detail"] == f"There is no item {NO_ITEM}."


@pytest.mark.parametrize(("tags", "status"), [(50, 204), (51, 400)])
def test_a_version_is_one_of_fifty_at_most(items: Client, tags: int, status: int) -> None:
    path = f"/items/{items.create()['id']}"
    versions = ", ".join(f'"{version}"' for version in range(1, tags + 1))

    assert items("DELETE", path, headers={"if-match": versions}).status == status


def test_a_patch_with_an_unknown_currency_is_refused_as_such(items: Client) -> None:
    path = f"/items/{items.create()['id']}"

    assert items("PATCH", path, {"price": {"currency": "EUR"}}).status == 200
    assert items("PATCH", path, {"price": {"currency": "XXX"}}).status == 400
