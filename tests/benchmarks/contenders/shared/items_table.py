"""Items through boto3's client, for all contenders but the Catalog API: they differ in the rest."""

from __future__ import annotations

import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3

OWNER = "catalog"
_TABLE = os.environ["TABLE_NAME"]
_dynamodb = boto3.client("dynamodb")


def create(fields: dict[str, Any]) -> dict[str, Any]:
    """Store a new item and return it."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    made = {"id": uuid.uuid4().hex, "version": 1, "createdAt": now, "updatedAt": now}
    item = fields | made | {"ownerId": OWNER}
    _dynamodb.put_item(
        TableName=_TABLE, Item=_row(item), ConditionExpression="attribute_not_exists(id)"
    )
    return item


def get(item_id: str) -> dict[str, Any] | None:
    """Return the item, or None."""
    answer = _dynamodb.get_item(TableName=_TABLE, Key={"id": {"S": item_id}}, ConsistentRead=True)
    return _item(answer["Item"]) if "Item" in answer else None


def newest(limit: int) -> list[dict[str, Any]]:
    """Return the newest items."""
    answer = _dynamodb.query(
        TableName=_TABLE,
        IndexName="by_owner",
        KeyConditionExpression="ownerShard = :shard",
        ExpressionAttributeValues={":shard": {"S": f"{OWNER}#0"}},
        ScanIndexForward=False,
        Limit=limit,
    )
    return [_item(row) for row in answer["Items"]]


def _row(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": {"S": item["id"]},
        "name": {"S": item["name"]},
        "description": {"S": item["description"]},
        "price": {
            "M": {
                "amount": {"S": item["price"]["amount"]},
                "currency": {"S": item["price"]["currency"]},
            }
        },
        "quantity": {"N": str(item["quantity"])},
        "status": {"S": item["status"]},
        "tags": {"L": [{"S": tag} for tag in item["tags"]]},
        "attributes": {"S": json.dumps(item["attributes"])},
        "version": {"N": str(item["version"])},
        "createdAt": {"S": item["createdAt"]},
        "updatedAt": {"S": item["updatedAt"]},
        "ownerId": {"S": item["ownerId"]},
        "ownerShard": {"S": f"{item['ownerId']}#0"},
        "createdAtId": {"S": f"{item['createdAt']}#{item['id']}"},
    }


def _item(row: dict[str, Any]) -> dict[str, Any]:
    price = row["price"]["M"]
    return {
        "id": row["id"]["S"],
        "name": row["name"]["S"],
        "description": row["description"]["S"],
        "price": {"amount": price["amount"]["S"], "currency": price["currency"]["S"]},
        "quantity": int(row["quantity"]["N"]),
        "status": row["status"]["S"],
        "tags": [tag["S"] for tag in row["tags"]["L"]],
        "attributes": json.loads(row["attributes"]["S"]),
        "version": int(row["version"]["N"]),
        "createdAt": row["createdAt"]["S"],
        "updatedAt": row["updatedAt"]["S"],
        "ownerId": row["ownerId"]["S"],
    }
