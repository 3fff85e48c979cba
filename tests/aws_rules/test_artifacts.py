"""The rules for the zips that Lambda takes, those of production."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from artifacts import Files, write_tree

from .rules import Rule, Rules, put, words

pytestmark = pytest.mark.xdist_group("aws_rules")

Artifacts = dict[str, Files]
RULES: Rules[Artifacts] = Rules()
LAYERS = {"catalog.zip", "swagger_ui.zip"}
MB = 1024 * 1024
ELF = b"\x7fELF"
AARCH64 = 183
GLIBC_OF_AMAZON_LINUX_2023 = (2, 34)


def files(artifacts: Artifacts, *, layers: bool) -> Iterator[tuple[str, str, bytes]]:
    for artifact, found in artifacts.items():
        if (artifact in LAYERS) == layers:
            yield from ((artifact, name, content) for name, content in found.items())


def extensions(artifacts: Artifacts) -> Iterator[tuple[str, bytes]]:
    for found in artifacts.values():
        yield from ((name, code) for name, code in found.items() if code.startswith(ELF))


def an_extension(old: bytes, new: bytes) -> Callable[[Artifacts], None]:
    """A breach: other bytes in the first compiled extension."""

    def breach(artifacts: Artifacts) -> None:
        name, code = next(extensions(artifacts))
        artifacts["catalog.zip"][name] = code.replace(old, new)

    return breach


@RULES.add(
    "a function and its layers are at most 250 MB unpacked",
    put("catalog.zip", "python/large", value=b"\0" * 250 * MB),
)
def _unpacked_size(artifacts: Artifacts) -> Iterator[str]:
    if (size := sum(len(c) for found in artifacts.values() for c in found.values())) > 250 * MB:
        yield f"{size} bytes"


@RULES.add("a layer's files are in python/", put("catalog.zip", "catalog/new.py", value=b""))
def _layer_paths(artifacts: Artifacts) -> Iterator[str]:
    for artifact, name, _ in files(artifacts, layers=True):
        if not name.startswith("python/"):
            yield f"{artifact}: {name}"


@RULES.add(
    "a function's handler is a function of a module at its root",
    put("items.zip", "handler.py", value=b"def handler(event, context): ..."),
)
def _handler(artifacts: Artifacts) -> Iterator[str]:
    for artifact in artifacts.keys() - LAYERS:
        if b"\nlambda_handler = " not in artifacts[artifact].get("handler.py", b""):
            yield artifact


@RULES.add(
    "no file has a name that leaves its folder", put("items.zip", "../handler.py", value=b"")
)
def _names(artifacts: Artifacts) -> Iterator[str]:
    for layers in (True, False):
        for artifact, name, _ in files(artifacts, layers=layers):
            if name.startswith("/") or ".." in name.split("/") or "\\" in name:
                yield f"{artifact}: {name}"


@RULES.add(
    "extensions are for the functions' processor",
    an_extension(AARCH64.to_bytes(2, "little"), (62).to_bytes(2, "little")),
)
def _architecture(artifacts: Artifacts) -> Iterator[str]:
    for name, code in extensions(artifacts):
        if int.from_bytes(code[18:20], "little") != AARCH64:
            yield name


@RULES.add(
    "extensions need no newer C library than Amazon Linux has",
    an_extension(b"GLIBC_2.17", b"GLIBC_2.38"),
)
def _glibc(artifacts: Artifacts) -> Iterator[str]:
    for name, code in extensions(artifacts):
        for version in set(re.findall(rb"GLIBC_([0-9]+)\.([0-9]+)", code)):
            if tuple(map(int, version)) > GLIBC_OF_AMAZON_LINUX_2023:
                yield f"{name}: {version}"


@RULES.add(
    "extensions are for the run-time's Python, or for any",
    lambda artifacts: artifacts["catalog.zip"].update(
        {"python/other.cpython-312-aarch64-linux-gnu.so": ELF}
    ),
)
def _python(artifacts: Artifacts) -> Iterator[str]:
    for name, _ in extensions(artifacts):
        if not re.search(r"\.(cpython-313-aarch64-linux-gnu|abi3)\.so$", name):
            yield name


@RULES.add(
    "no answer of Lambda is larger than 6 MB: the contract, the page and what it loads",
    put("docs.zip", "openapi.json", value=b'"' * 3 * MB),
)
def _answers(artifacts: Artifacts) -> Iterator[str]:
    served = [
        (name, content)
        for artifact in ("docs.zip", "swagger_ui.zip")
        for name, content in artifacts[artifact].items()
        if name.endswith((".js", ".css", ".html", ".json"))
    ]
    for name, content in served:
        # The body is a string in the JSON of Lambda's answer: quotes and line ends grow.
        if len(json.dumps(content.decode())) > 6_000_000:
            yield name


@RULES.add(
    "the layer brings a botocore of its own: the run-time's changes without notice",
    lambda artifacts: [artifacts["catalog.zip"].pop(n) for n in list(artifacts["catalog.zip"])],
)
def _own_client(artifacts: Artifacts) -> Iterator[str]:
    # /opt/python comes before the run-time's packages on the path.
    if "python/botocore/__init__.py" not in artifacts["catalog.zip"]:
        yield "botocore"


@pytest.mark.parametrize("rule", RULES, ids=words)
def test_the_artifacts_obey(rule: Rule[Artifacts], artifacts: Artifacts) -> None:
    rule.holds(artifacts)


@pytest.mark.parametrize("rule", RULES, ids=words)
def test_a_breach_is_noticed(rule: Rule[Artifacts], artifacts: Artifacts) -> None:
    rule.notices(artifacts)


def test_zips_are_at_most_50_mb_and_every_file_can_be_read_by_lambda(terraform: Path) -> None:
    zips = list((terraform.parent / "build" / "python3.13-arm64").glob("*.zip"))

    assert zips
    for file in zips:
        assert file.stat().st_size <= 50 * MB
        with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
            for entry in archive.infolist():
                assert (entry.external_attr >> 16) & 0o444 == 0o444, entry.filename


# SnapStart gives a function its credentials by an endpoint, not by variables, which would be old
# when a snapshot is restored. The trimmed botocore must still know how.
CREDENTIALS = """
import http.server, json, os, threading

class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        assert self.headers["Authorization"] == "token"
        body = json.dumps({"AccessKeyId": "restored", "SecretAccessKey": "s", "Token": "t",
                           "Expiration": "2099-01-01T00:00:00Z"}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_): pass

server = http.server.HTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"http://127.0.0.1:{server.server_port}/"
os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "token"
os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
from catalog import aws
credentials = aws.client("dynamodb")._request_signer._credentials
print(type(credentials).__name__, credentials.get_frozen_credentials().access_key)
"""


def test_a_restored_snapshot_finds_its_credentials(terraform: Path, tmp_path: Path) -> None:
    layer = terraform.parent / "build" / "local" / "catalog.zip"
    with zipfile.ZipFile(layer) as archive:
        write_tree(tmp_path, {name: archive.read(name) for name in archive.namelist()})
    start = f"import sys; sys.path[:0] = [{str(tmp_path / 'python')!r}]\n"

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start + CREDENTIALS],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["RefreshableCredentials", "restored"], done.stderr
