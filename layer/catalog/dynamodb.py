"""The one module that talks to DynamoDB: values in and out, its errors in the domain's terms."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from catalog.errors import ConflictError, UnavailableError

Row = dict[str, Any]
"""An item as plain Python values: str, int, bool, list and dict."""

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "ThrottlingError",
    }
)
_CONFLICTS = frozenset(
    {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
)


class ConditionFailedError(Exception):
    """A conditional write was refused. `row` is what stands there, None if nothing does."""

    def __init__(self, row: Row | None) -> None:
        super().__init__("the condition of a write does not hold")
        self.row = row


class Table:
    """A DynamoDB table, through a botocore client."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Row, *, consistent: bool = True) -> Row | None:
        """The row with this key, or None."""
        answer = self._call("get_item", Key=encode(key), ConsistentRead=consistent)
        return decode(answer["Item"]) if "Item" in answer else None

    def update(self, key: Row, **expression: Any) -> Row:
        """Update one row and return it. Raises ConditionFailedError."""
        answer = self._call(
            "update_item",
            Key=encode(key),
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **_values(expression),
        )
        return decode(answer["Attributes"])

    def put(self, row: Row, **expression: Any) -> None:
        """Put one row. Raises ConditionFailedError."""
        self._call(
            "put_item",
            Item=encode(row),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **_values(expression),
        )

    def delete(self, key: Row, **expression: Any) -> None:
        """Delete one row. Raises ConditionFailedError."""
        self._call(
            "delete_item",
            Key=encode(key),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **_values(expression),
        )

    def query(self, **expression: Any) -> tuple[list[Row], Row | None]:
        """One page of a query: its rows, and the key to start the next from."""
        answer = self._call("query", **_values(expression))
        last = answer.get("LastEvaluatedKey")
        return [decode(item) for item in answer["Items"]], decode(last) if last else None

    def put_together(self, first: Row, *others: Row, **expression: Any) -> None:
        """Put all rows or none, the first under a condition. Raises ConditionFailedError."""
        conditional = {
            "Item": encode(first),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **_values(expression),
        }
        puts = [conditional, *({"Item": encode(row)} for row in others)]
        self._request(
            "transact_write_items",
            TransactItems=[{"Put": {"TableName": self._name, **put}} for put in puts],
        )

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self._request(operation, TableName=self._name, **parameters)

    def _request(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
        except ClientError as error:
            raise _translate(error) from error
        except (ConnectionError, HTTPClientError) as error:
            raise UnavailableError("The database does not answer in time.") from error
        return answer


def _translate(error: ClientError) -> Exception:
    """A service's error as the domain's; one that nobody expects stays as it is."""
    code = error.response["Error"]["Code"]
    # A fault of the service, or of something on the way to it that has no code of DynamoDB's.
    if code in _BUSY or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return UnavailableError("The database is busy.")
    if code == "ConditionalCheckFailedException":
        return ConditionFailedError(_row(error.response))
    if code in _CONFLICTS:
        return ConflictError("Another request is changing the same item. Try again.")
    if code == "TransactionCanceledException":
        return _translate_cancellation(error)
    return error


def _translate_cancellation(error: ClientError) -> Exception:
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    codes = {reason.get("Code") for reason in reasons}
    if "ConditionalCheckFailed" in codes:
        refused = next(r for r in reasons if r.get("Code") == "ConditionalCheckFailed")
        return ConditionFailedError(_row(refused))
    if codes & _CONFLICTS:
        return ConflictError("Another request is changing the same item. Try again.")
    if codes & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
        return UnavailableError("The database is busy.")
    return error


def _row(refusal: Any) -> Row | None:
    item = refusal.get("Item")
    return decode(item) if item else None


def _values(expression: dict[str, Any]) -> dict[str, Any]:
    """The expression with its values and start key in DynamoDB's form."""
    encoded = {"ExpressionAttributeValues", "ExclusiveStartKey"}
    return {name: encode(part) if name in encoded else part for name, part in expression.items()}


def encode(row: Row) -> dict[str, Any]:
    """Plain values in DynamoDB's attribute form."""
    return {name: _encode(value) for name, value in row.items()}


def _encode(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case dict():
            return {"M": encode(value)}
        case list():
            return {"L": [_encode(each) for each in value]}
    raise TypeError(f"DynamoDB attributes are not made of {type(value).__name__}")


def decode(item: dict[str, Any]) -> Row:
    """DynamoDB's attribute form in plain values."""
    return {name: _decode(value) for name, value in item.items()}


def _decode(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return int(content)
        case "M":
            return decode(content)
        case "L":
            return [_decode(each) for each in content]
    return content
