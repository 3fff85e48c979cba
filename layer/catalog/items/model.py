"""The item, as the contract describes it. What a type cannot say stands in `__post_init__`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from catalog.items.currency import CURRENCIES
from catalog.validation import describe

LARGEST_INTEGER = 2**53 - 1  # what every JSON reader keeps exact (RFC 7493)
PAGE_DEFAULT, PAGE_LARGEST = 25, 100

NOT_BLANK = r"[^\s\x1c-\x1f\x85\ufeff]"  # ECMA's and Python's `\s` differ; this is both
DECIMAL = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?\Z"
describe(NOT_BLANK, "that is not blank")
describe(DECIMAL, "with a decimal number such as 449.00")

Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=NOT_BLANK)]
Description = Annotated[str, Meta(max_length=2000)]
Amount = Annotated[str, Meta(pattern=DECIMAL)]
Quantity = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]
Status = Literal["draft", "active", "archived"]
Tag = Annotated[str, Meta(min_length=1, max_length=40, pattern=NOT_BLANK)]
Tags = Annotated[list[Tag], Meta(max_length=20)]
AttributeName = Annotated[str, Meta(min_length=1, max_length=40)]
AttributeValue = (
    Annotated[str, Meta(max_length=255)]
    | bool
    | Annotated[int, Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
    | Annotated[float, Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
)
AttributesPatch = Annotated[dict[AttributeName, AttributeValue | None], Meta(max_length=100)]


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount of money. The amount is a decimal string: floats cannot count cents."""

    amount: Amount
    currency: str

    def __post_init__(self) -> None:
        _check_currency(self.currency)


class ItemInput(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a client says of an item."""

    name: Name
    description: Description | UnsetType = UNSET
    price: Price
    quantity: Quantity = 0
    status: Status = "draft"
    tags: Tags = msgspec.field(default_factory=list)
    attributes: Annotated[dict[AttributeName, AttributeValue], Meta(max_length=50)] = msgspec.field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        _check_tags(self.tags)


class PricePatch(Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a price that changes."""

    amount: Amount | UnsetType = UNSET
    currency: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.currency is not UNSET:
            _check_currency(self.currency)


class ItemPatch(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a merge patch of an item may hold: None removes. Only the result says if it is valid."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    price: PricePatch | UnsetType = UNSET
    quantity: Quantity | UnsetType | None = UNSET
    status: Status | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET
    attributes: AttributesPatch | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        _check_tags(self.tags or [])


class Item(ItemInput, frozen=True, kw_only=True, rename="camel"):
    """An item of the catalogue, as clients see it."""

    id: str
    version: int
    created_at: str
    """RFC 3339, UTC, milliseconds."""
    updated_at: str
    owner_id: str


class ItemPage(Struct, frozen=True, rename="camel"):
    """Some items of a list; `next_cursor` leads to those after them."""

    items: list[Item]
    next_cursor: str | UnsetType = UNSET


class ItemFilter(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which items a list holds, and in which order."""

    status: Status | None = None
    tag: str | None = None
    updated_since: str | None = None
    order: Literal["asc", "desc"] = "desc"


def _check_currency(currency: str) -> None:
    if currency not in CURRENCIES:
        raise ValueError("Expected an ISO 4217 currency code such as EUR - at `$.currency`")


def _check_tags(tags: list[str]) -> None:
    if len(set(tags)) != len(tags):
        raise ValueError("Expected tags that differ from each other - at `$.tags`")


def input_of(item: Item) -> ItemInput:
    """The part of an item that a client may change."""
    return ItemInput(**{name: getattr(item, name) for name in ItemInput.__struct_fields__})
