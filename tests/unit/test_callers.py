"""Who may do what with whose items, as the function itself sees it: the gateway is not trusted."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from tests.unit import contract, gateway
from tests.unit.dynamodb import before
from tests.unit.gateway import OTHER_USER, USER, Client, id_token, item_input

from catalog.dynamodb import Table
from catalog.http import caller

ADMIN = id_token("admins-own", **{"cognito:groups": "staff,admin"})
OPERATIONS = [
    ("POST", "/items", item_input()),
    ("GET", "/items", None),
    ("GET", "/items/{id}", None),
    ("PUT", "/items/{id}", item_input()),
    ("PATCH", "/items/{id}", {"quantity": 7}),
    ("DELETE", "/items/{id}", None),
]
ON_ONE_ITEM = OPERATIONS[2:]


@pytest.fixture
def other(items: Client) -> Client:
    """Another user of the same application."""
    return Client(items.function, claims=id_token(OTHER_USER))


@pytest.fixture
def admin(items: Client) -> Client:
    return Client(items.function, claims=ADMIN)


@pytest.fixture
def key_only(table: Table) -> Client:
    """A client of a stack where the API key is enough."""
    return Client(gateway.load("items", AUTHORIZATION="api_key"), claims=None)


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
@pytest.mark.parametrize(
    "claims",
    [
        None,
        {"sub": USER, "token_use": "access", "client_id": gateway.POOL_CLIENT},
        id_token() | {"token_use": "access"},
        id_token(aud="client-of-another-pool"),
        id_token(user=""),
    ],
    ids=["none", "access", "access with audience", "other pool", "nobody"],
)
def test_without_a_users_id_token_nothing_is_done(
    items: Client, problem: contract.Validator, claims: Any, method: str, path: str, body: Any
) -> None:
    existing = items.create()["id"]
    items.claims = claims

    with before("*", lambda **_: None) as calls:
        answer = items(method, path.format(id=existing), body)

    assert answer.status == 401
    problem.validate(answer.json)
    assert answer.json["type"] == "urn:catalog:problem:unauthorized"
    calls.assert_not_called()


@pytest.mark.parametrize(("method", "path", "body"), ON_ONE_ITEM)
def test_anothers_item_is_not_there(
    items: Client, other: Client, method: str, path: str, body: Any
) -> None:
    item = items.create()

    answer = other(method, path.format(id=item["id"]), body)

    assert answer.status == 404
    assert items("GET", f"/items/{item['id']}").json == item


def test_a_list_holds_the_callers_own_items(items: Client, other: Client) -> None:
    mine, theirs = items.create()["id"], other.create()["id"]

    assert [item["id"] for item in items("GET", "/items").json["items"]] == [mine]
    assert [item["id"] for item in other("GET", "/items").json["items"]] == [theirs]


def test_a_cursor_is_of_no_use_to_another(items: Client, other: Client) -> None:
    items.create(), items.create()
    cursor = items("GET", "/items", query={"limit": "1"}).json["nextCursor"]

    answer = other("GET", "/items", query={"limit": "1", "cursor": cursor})

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize(("method", "path", "body"), ON_ONE_ITEM)
def test_an_admin_reaches_everybodys_items(
    items: Client, admin: Client, method: str, path: str, body: Any
) -> None:
    item = items.create()

    answer = admin(method, path.format(id=item["id"]), body)

    assert answer.status in (200, 204), answer.text
    if answer.status == 200:
        assert answer.json["ownerId"] == USER


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_an_item_that_an_admin_changed_stays_in_its_owners_lists(
    items: Client, admin: Client, status: str
) -> None:
    item = items.create(status="active")

    admin("PUT", f"/items/{item['id']}", item_input(status=status))

    (listed,) = items("GET", "/items", query={"status": status}).json["items"]
    assert listed["id"] == item["id"]
    assert admin("GET", "/items").json["items"] == []


@pytest.mark.parametrize(("method", "path", "body"), ON_ONE_ITEM)
def test_what_does_not_exist_is_not_there_for_an_admin_either(
    admin: Client, table: Table, method: str, path: str, body: Any
) -> None:
    assert admin(method, path.format(id="01JQ7Z3N5E8WXTB9V4KMR2C6HD"), body).status == 404


def test_an_admin_still_needs_the_version_that_it_names(items: Client, admin: Client) -> None:
    path = f"/items/{items.create()['id']}"

    assert admin("PUT", path, item_input(), headers={"If-Match": '"7"'}).status == 412
    assert admin("DELETE", path, headers={"If-Match": '"7"'}).status == 412


def test_an_admin_creates_and_lists_for_another(items: Client, admin: Client) -> None:
    created = admin("POST", "/items", item_input(), query={"ownerId": USER})

    assert created.status == 201
    assert created.json["ownerId"] == USER
    listed = admin("GET", "/items", query={"ownerId": USER}).json
    assert listed == items("GET", "/items").json
    assert listed["items"] == [created.json]
    assert admin("GET", "/items").json["items"] == []


@pytest.mark.parametrize(("method", "body"), [("POST", item_input()), ("GET", None)])
def test_others_act_for_nobody_but_themselves(
    items: Client, problem: contract.Validator, method: str, body: Any
) -> None:
    refused = items(method, "/items", body, query={"ownerId": OTHER_USER})

    assert refused.status == 403
    problem.validate(refused.json)
    assert refused.json["type"] == "urn:catalog:problem:forbidden"
    assert items(method, "/items", body, query={"ownerId": USER}).status in (200, 201)


@pytest.mark.parametrize("owner", ["", "a#b", "a" * 65, "ü", "a\n"])
@pytest.mark.parametrize(("method", "body"), [("POST", item_input()), ("GET", None)])
def test_an_owner_that_can_be_none_is_refused(
    admin: Client, table: Table, method: str, body: Any, owner: str
) -> None:
    answer = admin(method, "/items", body, query={"ownerId": owner})

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "ownerId"


def test_a_key_used_for_one_owner_creates_nothing_for_another(admin: Client, table: Table) -> None:
    headers = {"Idempotency-Key": "k"}
    admin("POST", "/items", item_input(), query={"ownerId": USER}, headers=headers)

    again = admin("POST", "/items", item_input(), query={"ownerId": OTHER_USER}, headers=headers)

    assert again.status == 422
    assert again.json["type"] == "urn:catalog:problem:idempotency-key-reused"


@pytest.mark.parametrize(
    ("groups", "admin"),
    [
        ("admin", True),
        ("staff,admin", True),
        ("[staff, admin]", True),
        ("", False),
        ("administrators", False),
        ("not-admin,staff", False),
    ],
)
def test_the_group_admin_alone_makes_an_admin(groups: str, admin: bool) -> None:
    event = gateway.proxy_event("GET", "/items", claims=id_token(**{"cognito:groups": groups}))

    assert caller.of(event, gateway.POOL_CLIENT).admin is admin


def test_with_a_key_alone_items_belong_to_the_catalogue(key_only: Client) -> None:
    created = key_only.create()

    assert created["ownerId"] == "catalog"
    colleague = Client(key_only.function, api_key_id="another-key", claims=None)
    assert colleague("GET", f"/items/{created['id']}").status == 200
    assert colleague("DELETE", f"/items/{created['id']}").status == 204


def test_where_a_key_is_enough_a_token_changes_nothing(key_only: Client) -> None:
    created = key_only.create()
    key_only.claims = ADMIN

    assert key_only("GET", f"/items/{created['id']}").status == 200
    assert key_only("GET", "/items", query={"ownerId": USER}).status == 403


def test_where_a_key_is_enough_keys_of_two_clients_share_no_idempotency_key(
    key_only: Client,
) -> None:
    headers = {"Idempotency-Key": "k"}
    first = key_only("POST", "/items", item_input(), headers=headers)
    key_only.api_key_id = "another-key"

    second = key_only("POST", "/items", item_input(), headers=headers)

    assert second.json["id"] != first.json["id"]


def test_a_caller_without_a_key_is_anonymous(items_function: ModuleType) -> None:
    assert caller.of({"requestContext": {}}).client == "anonymous"
    assert caller.of({"requestContext": {"identity": {"apiKeyId": "k"}}}).client == "k"


def test_a_user_is_counted_as_such_and_else_the_application() -> None:
    user = gateway.proxy_event("GET", "/items")
    application = gateway.proxy_event("GET", "/items", claims=None)

    assert caller.principal(user) == USER
    assert caller.principal(application) == "key-of-the-tests"
    assert caller.of(user, gateway.POOL_CLIENT).client == "key-of-the-tests"
