"""FastAPI behind Mangum: no logs, no metrics."""

from __future__ import annotations

from typing import Annotated, Any

import items_table
from fastapi import FastAPI, HTTPException, Query
from item_models import Item, ItemInput, ItemPage
from mangum import Mangum

app = FastAPI()


# `async`, although boto3 blocks: FastAPI would call it in a thread, which costs more, and a Lambda
# function answers one request at a time anyway.
@app.post("/items", status_code=201)
async def create_item(item: ItemInput) -> Item:
    """Create an item."""
    return Item(**items_table.create(item.model_dump()))


@app.get("/items")
async def list_items(limit: Annotated[int, Query(ge=1, le=100)] = 25) -> ItemPage:
    """List items."""
    return ItemPage(items=[Item(**item) for item in items_table.newest(limit)])


@app.get("/items/{item_id}")
async def get_item(item_id: str) -> Item:
    """Read an item."""
    item: dict[str, Any] | None = items_table.get(item_id)
    if item is None:
        raise HTTPException(404, "There is no such item.")
    return Item(**item)


lambda_handler = Mangum(app, lifespan="off")
