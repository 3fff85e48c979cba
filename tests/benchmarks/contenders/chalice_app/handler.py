"""Chalice: no validation, no logs, no metrics."""

from __future__ import annotations

from typing import Any

import items_table
from chalice import Chalice, NotFoundError, Response

app = Chalice(app_name="items")


@app.route("/items", methods=["POST"])
def create_item() -> Response:
    """Create an item."""
    return Response(items_table.create(app.current_request.json_body), status_code=201)


@app.route("/items", methods=["GET"])
def list_items() -> dict[str, Any]:
    """List items."""
    parameters = app.current_request.query_params or {}
    return {"items": items_table.newest(int(parameters.get("limit", 25)))}


@app.route("/items/{itemId}", methods=["GET"])
def get_item(itemId: str) -> dict[str, Any]:  # noqa: N803 - the path's parameter
    """Read an item."""
    item: dict[str, Any] | None = items_table.get(itemId)
    if item is None:
        raise NotFoundError("There is no such item.")
    return item


lambda_handler = app
