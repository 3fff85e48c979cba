"""The calls of AWS that the functions make: in AWS's model, in the trimmed one, in the policies."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.session import Session

from catalog.dynamodb import Table
from catalog.errors import NotFoundError
from catalog.idempotency import record
from catalog.items.model import Item, ItemFilter, ItemInput, Price
from catalog.items.repository import ItemRepository

from . import models
from .subjects import PROJECT, Resources
from .test_resources import statements

pytestmark = pytest.mark.xdist_group("aws_rules")

FUNCTIONS = sorted(path.parent.name for path in PROJECT.glob("functions/*/handler.py"))
DYNAMODB = PROJECT / "layer" / "catalog" / "dynamodb.py"
# An operation is allowed by the action of its name; a transaction by those of its writes, and
# `Table.put_together` puts.
ACTIONS = {"TransactWriteItems": "PutItem"}


def operations_of_methods() -> dict[str, str]:
    """Method of `Table` → the operation that it calls by name."""
    names = {xform_name(name): name for name in models.service("dynamodb").operation_names}
    (table,) = [
        node
        for node in parse(DYNAMODB).body
        if isinstance(node, ast.ClassDef) and node.name == "Table"
    ]
    return {
        method.name: names[call.args[0].value]
        for method in table.body
        if isinstance(method, ast.FunctionDef)
        for call in ast.walk(method)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"_call", "_request"}
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }  # fmt: skip


def methods_called(function: str) -> set[str]:
    """The methods that a function, and what it imports of the shared package, calls on a table."""
    return {
        node.func.attr
        for path in modules(PROJECT / "functions" / function / "handler.py", set())
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) in {"table", "self._table"}
    }


def modules(path: Path, seen: set[Path]) -> Iterator[Path]:
    """A module and what it imports of the shared package."""
    if path in seen:
        return
    seen.add(path)
    yield path
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("catalog"):
            base = PROJECT / "layer" / str(node.module).replace(".", "/")
            for candidate in [base, *(base / name.name for name in node.names)]:
                if candidate.with_suffix(".py").is_file():
                    yield from modules(candidate.with_suffix(".py"), seen)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_the_trimmed_client_has_the_operations_that_the_code_calls_and_no_more() -> None:
    kept = json.loads((PROJECT / "layer" / "aws_operations.json").read_text())

    assert kept == {"dynamodb": sorted(set(operations_of_methods().values()))}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_allowed_what_its_code_calls_and_no_more(
    function: str, applied: Resources
) -> None:
    operations = {operations_of_methods()[method] for method in methods_called(function)}
    called = {f"dynamodb:{ACTIONS.get(operation, operation)}" for operation in operations}

    allowed = {
        action
        for address, statement in statements(applied)
        if f'function["{function}"]' in address
        for action in statement["Action"]
        if not action.startswith(("logs:", "xray:"))
    }

    assert allowed == called


class Answer:
    """The body of an answer that DynamoDB might give to any of our calls."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield b'{"Items": []}'


def test_every_call_has_parameters_of_awss_own_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    session = Session()
    session.set_credentials("test", "test")
    client = session.create_client("dynamodb", "eu-west-1")
    sent: set[str] = set()

    def answer(request: Any, **_: Any) -> Any:
        sent.add(request.headers["X-Amz-Target"].decode().partition(".")[2])
        return AWSResponse(request.url, 200, {}, Answer())  # type: ignore[arg-type]

    client.meta.events.register("before-send.dynamodb", answer)
    repository = ItemRepository(Table(client, "catalog"), owner_shards=2, status_index=True)
    fields = ItemInput(name="Desk", price=Price(amount="1.00", currency="EUR"))
    moment = "2026-01-01T00:00:00.000Z"
    item = Item(
        id="01JQ7Z3N5E8WXTB9V4KMR2C6HD", name="Desk", price=fields.price, version=1,
        created_at=moment, updated_at=moment, owner_id="catalog",
    )  # fmt: skip
    criteria = ItemFilter(status="draft", tag="a", updated_since=moment, order="asc")

    # Were a parameter unknown or of another type, botocore would raise ParamValidationError.
    repository.create(item)
    repository.create_once(item, record("client", "createItem", "key", fields))
    repository.delete(item.id, item.owner_id, (1, 2))
    repository.page(item.owner_id, criteria, 10, f"{moment}#{item.id}")
    with pytest.raises(NotFoundError):
        repository.get(item.id, item.owner_id)
    with pytest.raises(KeyError, match="Attributes"):  # the answer above has none
        repository.replace(item.id, item.owner_id, fields, None, moment)

    assert sent == set(operations_of_methods().values())
