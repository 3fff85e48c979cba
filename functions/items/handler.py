"""`/items`: routes in, calls of the service out."""

from __future__ import annotations

from catalog.cold_start import ready  # first: it stops the collector while the rest loads

# isort: split
from datetime import UTC, datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from msgspec import UNSET, Meta, Struct, UnsetType

from catalog import aws, settings
from catalog.dynamodb import Table
from catalog.http import body, caller, idempotency_key, query
from catalog.http.api import Api, json_answer
from catalog.http.event import Event, header
from catalog.http.preconditions import etag, if_match, if_none_match
from catalog.http.problems import bad_parameter
from catalog.idempotency import IdempotencyRecord, record
from catalog.items.model import (
    PAGE_DEFAULT,
    PAGE_LARGEST,
    Item,
    ItemFilter,
    ItemInput,
    ItemPatch,
    Status,
    Tag,
)
from catalog.items.repository import ItemRepository
from catalog.items.service import ItemService, rfc3339
from catalog.limits import LimitSettings, limiter

JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"


class ItemsSettings(LimitSettings, frozen=True, kw_only=True):
    """What this function is told by its environment."""

    table_name: str
    owner_shards: Annotated[int, Meta(ge=1)]
    status_index: bool
    cursor_secret: Annotated[str, Meta(min_length=32)]
    authorization: Literal["jwt_and_api_key", "api_key"]
    user_pool_client_id: str


class OwnerQuery(Struct, frozen=True, rename="camel"):
    """The query parameter by which an admin acts for another."""

    owner_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}\Z")] | None = None


class ListQuery(OwnerQuery, frozen=True, rename="camel"):
    """The query parameters of a list."""

    status: Status | UnsetType = UNSET
    tag: Tag | UnsetType = UNSET
    updated_since: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    order: Literal["asc", "desc"] = "desc"
    limit: Annotated[int, Meta(ge=1, le=PAGE_LARGEST)] = PAGE_DEFAULT
    cursor: Annotated[str, Meta(max_length=512)] | UnsetType = UNSET


config = settings.load(ItemsSettings)
table = Table(aws.client("dynamodb"), config.table_name)
repository = ItemRepository(table, config.owner_shards, config.status_index)
# Whom tokens must be for; None where a key is enough.
audience = config.user_pool_client_id if config.authorization == "jwt_and_api_key" else None
service = ItemService(repository, config.cursor_secret)
api = Api(config.origins, limiter=limiter(config), costs={"GET /items": "list"})


@api.post("/items")
def create_item() -> Response[str]:
    """201 with the new item, or with the one that the same request created before."""
    event = api.current_event.raw_event
    who = caller.of(event, audience)
    owner = who.acting_for(query.read(event, OwnerQuery).owner_id)
    fields = body.convert(body.read(event, JSON), ItemInput)
    item, replayed = service.create(fields, owner, _record(event, owner, fields))
    replay = {"Idempotency_Replayed": "true"} if replayed else {}
    # Relative to the request's URL (RFC 3986, 5.2): right under any stage, domain or base path.
    return _item_answer(item, 201, Location=f"items/{item.id}", **replay)


@api.get("/items")
def list_items() -> Response[str]:
    """A page of items."""
    event = api.current_event.raw_event
    who = caller.of(event, audience)
    asked = query.read(event, ListQuery)
    criteria = ItemFilter(
        status=asked.status or None,
        tag=asked.tag or None,
        updated_since=_updated_since(asked),
        order=asked.order,
    )
    after = None if asked.cursor is UNSET else asked.cursor
    page = service.list(who.acting_for(asked.owner_id), criteria, asked.limit, after)
    return json_answer(page)


@api.get("/items/<item_id>")
def get_item(item_id: str) -> Response[str]:
    """200 with the item, or 304 if the client has this version."""
    event = api.current_event.raw_event
    item = service.get(item_id, caller.of(event, audience).scope)
    if if_none_match(header(event, "If-None-Match"), item.version):
        return Response(304, headers={"ETag": etag(item.version), "Cache-Control": _REVALIDATE})
    return _item_answer(item, Cache_Control=_REVALIDATE)


@api.put("/items/<item_id>")
def replace_item(item_id: str) -> Response[str]:
    """200 with the item, all its fields replaced."""
    event = api.current_event.raw_event
    scope = caller.of(event, audience).scope
    fields = body.convert(body.read(event, JSON), ItemInput)
    versions = if_match(header(event, "If-Match"))
    return _item_answer(service.replace(item_id, fields, scope, versions))


@api.patch("/items/<item_id>")
def patch_item(item_id: str) -> Response[str]:
    """200 with the item, some of its fields changed."""
    event = api.current_event.raw_event
    scope = caller.of(event, audience).scope
    changes = body.read(event, MERGE_PATCH)
    body.convert(changes, ItemPatch)
    versions = if_match(header(event, "If-Match"))
    return _item_answer(service.patch(item_id, changes, scope, versions))


@api.delete("/items/<item_id>")
def delete_item(item_id: str) -> Response[str]:
    """204, the item is gone."""
    event = api.current_event.raw_event
    scope = caller.of(event, audience).scope
    service.delete(item_id, scope, if_match(header(event, "If-Match")))
    return Response(204)


_REVALIDATE = "private, no-cache"  # may be kept, but asked for with If-None-Match before each use


def _item_answer(item: Item, status: int = 200, **headers: str) -> Response[str]:
    return json_answer(item, status, ETag=etag(item.version), **headers)


def _record(event: Event, owner: str, fields: ItemInput) -> IdempotencyRecord | None:
    key = idempotency_key.read(header(event, "Idempotency-Key"))
    principal = caller.principal(event)
    return None if key is None else record(principal, "createItem", key, [owner, fields])


def _updated_since(asked: ListQuery) -> str | None:
    if asked.updated_since is UNSET:
        return None
    try:
        return rfc3339(asked.updated_since.astimezone(UTC))
    except OverflowError as error:  # at the ends of the calendar
        raise bad_parameter("updatedSince", "Expected a time in the years 1 to 9999.") from error


lambda_handler = ready(api)
