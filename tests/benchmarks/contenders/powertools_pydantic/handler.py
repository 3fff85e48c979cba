"""Powertools as its guide shows it: validation by pydantic, Logger and Metrics."""

from __future__ import annotations

import warnings
from typing import Annotated, Any

import items_table
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.metrics import MetricUnit
from item_models import Item, ItemInput, ItemPage

warnings.filterwarnings("ignore", "No application metrics to publish*")  # as its guide advises
logger = Logger()
metrics = Metrics()
app = APIGatewayRestResolver(enable_validation=True)


@app.post("/items")
def create_item(item: ItemInput) -> Response[Item]:
    """Create an item."""
    created = Item(**items_table.create(item.model_dump()))
    metrics.add_metric(name="ItemCreated", unit=MetricUnit.Count, value=1)
    return Response(201, "application/json", created)


@app.get("/items")
def list_items(limit: Annotated[int, Query(ge=1, le=100)] = 25) -> ItemPage:
    """List items."""
    return ItemPage(items=[Item(**item) for item in items_table.newest(limit)])


@app.get("/items/<item_id>")
def get_item(item_id: str) -> Item:
    """Read an item."""
    item = items_table.get(item_id)
    if item is None:
        raise NotFoundError("There is no such item.")
    return Item(**item)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request of API Gateway, with one log line as the Catalog API writes."""
    answer = app.resolve(event, context)
    logger.info("request", extra={"status": answer["statusCode"]})
    return answer
