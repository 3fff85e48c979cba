"""The calls of AWS that the functions make: in AWS's model, in the trimmed one, in the policies."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.session import Session

from catalog.auth import cognito
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
# An operation is allowed by the action of its name; a transaction by those of its writes, and
# `Table.put_together` puts.
ACTIONS = {"TransactWriteItems": "PutItem"}


class Adapter(NamedTuple):
    """The one class that calls a service of AWS, and what those who use it call it."""

    service: str
    module: str
    name: str
    receivers: set[str]


ADAPTERS = (
    Adapter("dynamodb", "dynamodb.py", "Table", {"table", "self._table"}),
    Adapter("cognito-idp", "auth/cognito.py", "UserPool", {"pool", "self._pool"}),
    Adapter("apigateway", "usage/control_plane.py", "UsagePlans", {"self._plans"}),
)


def operations_of_methods(adapter: Adapter) -> dict[str, set[str]]:
    """Method of an adapter → the operations that it calls by name, itself or through others."""
    service = models.service(adapter.service)
    names = {xform_name(name): name for name in service.operation_names}
    (found,) = [
        node
        for node in parse(PROJECT / "layer" / "catalog" / adapter.module).body
        if isinstance(node, ast.ClassDef) and node.name == adapter.name
    ]
    methods = {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}

    def operations(method: str) -> Iterator[str]:
        for called, arguments in calls(methods[method], {"self"}):
            match arguments:
                case [ast.Constant(value=str(name)), *_] if called in {"_call", "_request"}:
                    yield names[name]
                case _ if called in methods:
                    yield from operations(called)

    return {method: set(operations(method)) for method in methods}


def operations_of(function: str, adapter: Adapter) -> set[str]:
    """What a function, and what it imports of the shared package, calls through an adapter."""
    operations = operations_of_methods(adapter)
    return {
        operation
        for path in modules(PROJECT / "functions" / function / "handler.py", set())
        for method, _ in calls(parse(path), adapter.receivers)
        for operation in operations[method]
    }


def calls(tree: ast.AST, receivers: set[str]) -> Iterator[tuple[str, list[ast.expr]]]:
    """Each method that is called on one of the receivers, with the arguments."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) in receivers
        ):
            yield node.func.attr, node.args


def action(adapter: Adapter, operation: str) -> str | None:
    """What a policy calls the operation; None for one that anybody may call, unsigned."""
    model = models.service(adapter.service).operation_model(operation)
    if model.auth_type == "none":
        return None
    if adapter.service == "apigateway":  # whose actions are the methods of HTTP
        return f"apigateway:{model.http['method']}"
    return f"{adapter.service}:{ACTIONS.get(operation, operation)}"


def modules(path: Path, seen: set[Path]) -> Iterator[Path]:
    """A module and what it imports of the shared package when it runs."""
    if path in seen:
        return
    seen.add(path)
    yield path
    tree = parse(path)
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in set(ast.walk(tree)) - for_types:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("catalog"):
            base = PROJECT / "layer" / str(node.module).replace(".", "/")
            for candidate in [base, *(base / name.name for name in node.names)]:
                if candidate.with_suffix(".py").is_file():
                    yield from modules(candidate.with_suffix(".py"), seen)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_the_trimmed_client_has_the_operations_that_the_code_calls_and_no_more() -> None:
    kept = json.loads((PROJECT / "layer" / "aws_operations.json").read_text())

    assert kept == {
        adapter.service: sorted(set().union(*operations_of_methods(adapter).values()))
        for adapter in ADAPTERS
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_allowed_what_its_code_calls_and_no_more(
    function: str, applied: Resources
) -> None:
    called = {
        action(adapter, operation)
        for adapter in ADAPTERS
        for operation in operations_of(function, adapter)
    }

    allowed = {
        allowed
        for address, statement in statements(applied)
        if f'function["{function}"]' in address
        for allowed in statement["Action"]
        if not allowed.startswith(("logs:", "xray:"))
    }

    assert allowed == called - {None}


# What Cognito refuses for the pool's or the function's own sake. There are no triggers, no text
# messages, no firewall, no history of passwords and no aliases.
OWN_FAULTS = {
    "AliasExistsException",
    "FeatureUnavailableInTierException",
    "ForbiddenException",
    "InvalidEmailRoleAccessPolicyException",
    "InvalidLambdaResponseException",
    "InvalidSmsRoleAccessPolicyException",
    "InvalidSmsRoleTrustRelationshipException",
    "InvalidUserPoolConfigurationException",
    "MFAMethodNotFoundException",
    "OperationNotEnabledException",
    "PasswordHistoryPolicyViolationException",
    "ResourceNotFoundException",
    "UnexpectedLambdaException",
    "UnsupportedOperationException",
    "UserLambdaValidationException",
}
# What the function may, and sends, is for it to know. Where others may call, it tells of them.
OWN_FAULTS_OF_ADMIN = {"InvalidParameterException", "NotAuthorizedException"}
# Of a password that nobody chose, and of an authenticator that is not there yet.
CANNOT_BE = {
    ("SignUp", "InvalidPasswordException"),
    ("AssociateSoftwareToken", "SoftwareTokenMFANotFoundException"),
}


def test_every_refusal_of_cognito_has_a_meaning() -> None:
    service = models.service("cognito-idp")
    names = {xform_name(name): name for name in service.operation_names}
    unknown = set()
    for method, arguments in calls(parse(Path(cognito.__file__)), {"self"}):
        match method, arguments:
            case "_call", [ast.Constant(value=str(called)), ast.Name(id=table), *_]:
                operation = names[called]
                known = {*getattr(cognito, table), *cognito._BUSY, *OWN_FAULTS}
                if operation.startswith("Admin"):
                    known |= OWN_FAULTS_OF_ADMIN
                declared = {error.name for error in service.operation_model(operation).error_shapes}
                unknown |= {(operation, error) for error in declared - known}

    assert unknown == CANNOT_BE


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

    assert sent == set().union(*operations_of_methods(ADAPTERS[0]).values())
