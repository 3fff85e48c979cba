"""What is in the artifacts: everything a function imports, for the right machine, compiled."""

from __future__ import annotations

import importlib.util
import json
import marshal
import os
import re
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from artifacts import bytecode, trim, write_tree

from .conftest import PROJECT, TARGETS, Copy

FUNCTIONS = sorted(path.parent.name for path in PROJECT.glob("functions/*/handler.py"))
ELF_AARCH64 = 183
UNCHECKED_HASH = 0b01  # PEP 552
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_LAMBDA_FUNCTION_NAME": "catalog-local-function",
    "ENVIRONMENT": "local",
    "CORS_ALLOW_ORIGINS": "https://example.com",
    "POWERTOOLS_SERVICE_NAME": "function",
    "POWERTOOLS_METRICS_NAMESPACE": "catalog-local",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "TABLE_NAME": "catalog-local-items",
    "OWNER_SHARDS": "1",
    "STATUS_INDEX": "false",
    "CURSOR_SECRET": "a secret of the tests, long enough for anyone",
    "LIMITS_TABLE_NAME": "catalog-local-limits",
    "RATE_LIMITS": '{"read": {"rate": 50, "burst": 100}}',
    "AUTHORIZATION": "jwt_and_api_key",
    "USER_POOL_ID": "eu-west-1_OfTheTests",
    "USER_POOL_CLIENT_ID": "client-of-the-tests",
}
# Answers of DynamoDB put in the place of the network.
CLIENT = """
import json
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

class Raw:
    def __init__(self, body): self.body = body
    def stream(self, *_, **__): yield json.dumps(self.body).encode()

def answer(body, call):
    config = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1)
    client = get_session().create_client("dynamodb", config=config)
    status = 400 if "__type" in body else 200
    client.meta.events.register(
        "before-send", lambda request, **_: AWSResponse(request.url, status, {}, Raw(body)))
    try:
        return call(client)
    except ClientError as error:
        assert isinstance(error, client.exceptions.from_code(error.response["Error"]["Code"]))
        return error.response

key = {"id": {"S": "1"}}
put = {"TableName": "t", "Item": key}
prefix = "com.amazonaws.dynamodb.v20120810#"
print(json.dumps([
    answer({"Item": key}, lambda c: c.get_item(TableName="t", Key=key))["Item"],
    answer({"__type": prefix + "ConditionalCheckFailedException", "Item": key},
           lambda c: c.put_item(TableName="t", Item=key))["Item"],
    answer({"__type": prefix + "TransactionCanceledException",
            "CancellationReasons": [{"Code": "ConditionalCheckFailed", "Item": key}]},
           lambda c: c.transact_write_items(TransactItems=[{"Put": put}])
           )["CancellationReasons"][0]["Item"],
]))
"""


@pytest.fixture(scope="session")
def lambda_root(built: Copy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layers and the functions for this machine, unpacked as Lambda does."""
    root = tmp_path_factory.mktemp("lambda")
    for name in built.zips("local"):
        layer = name in {"catalog.zip", "swagger_ui.zip"}
        folder = root / ("opt" if layer else f"var/{name.removesuffix('.zip')}")
        write_tree(folder, built.unpacked("local", name))
    return root


def run_isolated(paths: list[Path], code: str, python: str = sys.executable) -> str:
    """Run code that sees the standard library and these folders, and no other package."""
    start = f"import sys; sys.path[:0] = {[str(path) for path in paths]}\n"
    done = subprocess.run(
        [python, "-I", "-S", "-W", "error::SyntaxWarning", "-c", start + code],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_finds_all_it_imports_in_its_artifacts(lambda_root: Path, function: str) -> None:
    paths = [lambda_root / "var" / function, lambda_root / "opt" / "python"]
    run_isolated(paths, "import handler; assert callable(handler.lambda_handler)")


def test_every_module_of_the_shared_package_can_be_imported(lambda_root: Path) -> None:
    layer = lambda_root / "opt" / "python"
    names = [
        ".".join(path.relative_to(layer).with_suffix("").parts)
        for path in layer.glob("catalog/**/*.py")
    ]
    assert names
    imports = "".join(f"import {name.removesuffix('.__init__')}\n" for name in sorted(names))
    run_isolated([layer], imports)


def test_the_trimmed_client_reads_answers_and_errors(lambda_root: Path) -> None:
    answers = json.loads(run_isolated([lambda_root / "opt" / "python"], CLIENT))
    assert answers == [{"id": {"S": "1"}}] * 3


def test_the_trimmed_client_knows_the_operations_that_are_called(lambda_root: Path) -> None:
    code = (
        "import json; from botocore.session import get_session; s = get_session()\n"
        "print(json.dumps({n: sorted(s.get_service_model(n).operation_names)"
        " for n in s.get_available_services()}))"
    )
    known = json.loads(run_isolated([lambda_root / "opt" / "python"], code))
    assert known == json.loads((PROJECT / "layer" / "aws_operations.json").read_text())


def test_the_certificates_are_those_of_amazon(lambda_root: Path) -> None:
    path = lambda_root / "opt" / "python" / trim.CERTIFICATES
    code = (
        "import ssl; c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n"
        f"c.load_verify_locations({str(path)!r})\n"
        "print(len(c.get_ca_certs()))"
    )
    assert int(run_isolated([], code)) == 6  # Amazon's four, and Starfield's two before them


@pytest.mark.parametrize("target", TARGETS)
def test_the_layer_holds_nothing_that_is_not_read_at_run_time(built: Copy, target: str) -> None:
    unread = re.compile(
        r"python/bin/|/tests/|\.pyi$|\.dist-info/(?!METADATA$)|swagger-ui|\.json\.gz$"
    )
    names = built.unpacked(target, "catalog.zip")
    assert not [name for name in names if unread.search(name)]


def test_swagger_ui_is_where_the_page_looks_for_it(built: Copy) -> None:
    page = built.unpacked("local", "docs.zip")["static/index.html"].decode()
    shipped = built.unpacked("local", "swagger_ui.zip")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f'"docs/{name}"' in page
        assert f"python/swagger_ui/{name}" in shipped
    assert "<script>" not in page
    assert "style=" not in page


def test_extensions_fit_the_target(built: Copy) -> None:
    extensions = {
        name: content
        for name, content in built.unpacked("python3.13-arm64", "catalog.zip").items()
        if content.startswith(b"\x7fELF") or name.endswith((".so", ".pyd", ".dylib"))
    }
    assert extensions
    for name, content in extensions.items():
        assert content.startswith(b"\x7fELF"), name
        assert int.from_bytes(content[18:20], "little") == ELF_AARCH64, name
        assert "cpython-313-aarch64" in name or ".abi3." in name


@pytest.mark.parametrize("target", TARGETS)
def test_every_module_is_compiled_and_never_goes_stale(built: Copy, target: str) -> None:
    if not built.entry(target)["bytecode"]:
        pytest.skip(f"no interpreter of the version of {target} is installed")
    version = built.entry(target)["runtime"].removeprefix("python").replace(".", "")
    for artifact in built.zips(target):
        files = built.unpacked(target, artifact)
        for name in (name for name in files if name.endswith(".py")):
            folder, _, module = name.rpartition("/")
            tag = f"__pycache__/{module.removesuffix('.py')}.cpython-{version}.pyc"
            compiled = files[f"{folder}/{tag}" if folder else tag]
            assert int.from_bytes(compiled[4:8], "little") == UNCHECKED_HASH, name
            assert compiled[8:16] == importlib.util.source_hash(files[name]), name
        assert not [name for name in files if name.endswith(".pyc") and "__pycache__" not in name]


def test_tracebacks_show_the_paths_of_lambda(built: Copy) -> None:
    if not built.entry("local")["bytecode"]:
        pytest.skip("no byte-code")
    for artifact, root in (("catalog.zip", "/opt/python/"), ("docs.zip", "/var/task/")):
        for name, content in built.unpacked("local", artifact).items():
            if name.endswith(".pyc"):
                code = marshal.loads(content[16:])  # noqa: S302 - what was just compiled
                assert isinstance(code, CodeType)
                assert code.co_filename.startswith(root), name
                assert os.fsencode(built.root) not in content


def test_bytecode_does_not_depend_on_the_order_of_the_files() -> None:
    files = {f"m{i}.py": f"x = ({i}, 'shared', 'm{i % 2}')\n".encode() for i in range(8)}
    first = bytecode.compile_modules(files, "/opt/python", sys.executable)
    reversed_files = dict(reversed(files.items()))
    assert first == bytecode.compile_modules(reversed_files, "/opt/python", sys.executable)
    assert len(first) == len(files)


def test_a_start_does_not_load_what_only_other_resolvers_need(lambda_root: Path) -> None:
    paths = [lambda_root / "var" / "items", lambda_root / "opt" / "python"]

    loaded = run_isolated(paths, "import handler, sys; print('asyncio' in sys.modules)")

    assert loaded.strip() == "False"
