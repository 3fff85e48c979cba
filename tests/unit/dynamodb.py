"""The tables in memory, and the faults of the service in front of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

from moto import mock_aws

from catalog import aws
from catalog.dynamodb import Table

NAME, LIMITS = "items", "limits"
INDEXES = {"by_owner": "ownerShard", "by_owner_status": "ownerStatusShard"}


@contextlib.contextmanager
def empty_table() -> Iterator[Table]:
    """The items table as terraform/modules/dynamodb declares it, and the limits beside it."""
    with mock_aws():
        client: Any = aws.client("dynamodb")
        client.create_table(
            TableName=NAME,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("id", "createdAtId", *INDEXES.values())
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": [
                        {"AttributeName": partition_key, "KeyType": "HASH"},
                        {"AttributeName": "createdAtId", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
                for index, partition_key in INDEXES.items()
            ],
        )
        client.create_table(
            TableName=LIMITS,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        yield Table(client, NAME)


Hook = Callable[..., Any]


@contextlib.contextmanager
def before(
    operation: str, hook: Hook, table: str = NAME, client: Any = None
) -> Iterator[mock.Mock]:
    """Have a hook called before each call of an operation: `*`, or a name such as `PutItem`.

    What it raises the call raises; what it returns is the answer, unless it is None. Calls to other
    tables go on undisturbed. The client is DynamoDB's, unless another is given.
    """
    hooked = mock.Mock(side_effect=lambda **event: hook(**event))
    named = f'"TableName": "{table}"'.encode()

    def observed(**event: Any) -> Any:
        concerned = client is not None or named in event["params"]["body"]
        return hooked(**event) if concerned else None

    meta = (client or aws.client("dynamodb")).meta
    events, service = meta.events, meta.service_model.service_id.hyphenize()
    name = f"before-call.{service}.{operation}" if operation != "*" else f"before-call.{service}"
    events.register_first(name, observed)
    try:
        yield hooked
    finally:
        events.unregister(name, observed)


def fails(code: str, status: int = 400, **more: Any) -> Hook:
    """The service refuses with an error of this code, and a text that nobody else may see."""

    def refuse(**_: Any) -> Any:
        error = {"Code": code, "Message": "canary-aws arn:aws:dynamodb:eu-west-1:123456789012"}
        return SimpleNamespace(status_code=status), {
            "Error": error,
            "ResponseMetadata": {"HTTPStatusCode": status},
            **more,
        }

    return refuse


def raises(error: Exception) -> Hook:
    """The call never gets an answer."""

    def refuse(**_: Any) -> Any:
        raise error

    return refuse


def once(hook: Hook) -> Hook:
    """The hook, the first time only."""
    pending = [hook]
    return lambda **event: pending.pop()(**event) if pending else None
