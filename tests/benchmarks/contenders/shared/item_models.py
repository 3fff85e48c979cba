"""The item as pydantic models, for the contenders that validate with them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Tag = Annotated[str, Field(min_length=1, max_length=40)]
AttributeValue = Annotated[str, Field(max_length=255)] | bool | int | float


class Price(BaseModel):
    """An amount of money."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?$")]
    currency: Annotated[str, Field(min_length=3, max_length=3)]


class ItemInput(BaseModel):
    """What a client says of an item."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120)]
    description: Annotated[str, Field(max_length=2000)] = ""
    price: Price
    quantity: Annotated[int, Field(ge=0)] = 0
    status: Literal["draft", "active", "archived"] = "draft"
    tags: Annotated[list[Tag], Field(max_length=20)] = []
    attributes: Annotated[dict[str, AttributeValue], Field(max_length=50)] = {}


class Item(ItemInput):
    """An item, as clients see it."""

    id: str
    version: int
    createdAt: str
    updatedAt: str
    ownerId: str


class ItemPage(BaseModel):
    """Some items of a list."""

    items: list[Item]
