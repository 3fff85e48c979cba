from __future__ import annotations

import uuid

from tests.local_aws.stack import Stack, assert_gap

TEN_KB = 10 * 1024


def counts_what_is_read(stack: Stack) -> None:
    table = f"reads-{uuid.uuid4().hex}"
    stack.dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    stack.dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}, "text": {"S": "x" * TEN_KB}})

    def units(*, consistent: bool) -> float:
        answer = stack.dynamodb.query(
            TableName=table, KeyConditionExpression="id = :id", ConsistentRead=consistent,
            ExpressionAttributeValues={":id": {"S": "1"}}, ReturnConsumedCapacity="TOTAL",
        )  # fmt: skip
        return float(answer["ConsumedCapacity"]["CapacityUnits"])

    assert (units(consistent=True), units(consistent=False)) == (3, 1.5)


def test_a_read_consumes_a_unit_for_4_kb(stack: Stack) -> None:
    counts_what_is_read(stack)


def test_ministack_still_needs_the_shim(bare: Stack) -> None:
    assert_gap("read_capacity", counts_what_is_read, bare)
