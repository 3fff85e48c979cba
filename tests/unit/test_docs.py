"""`/openapi.json` and `/docs`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from tests.unit import contract, gateway
from tests.unit.gateway import PROJECT, Client

from artifacts.contract import dump


@pytest.fixture(params=["jwt_and_api_key"])
def docs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The function beside the files that the build adds: the contract, and the layer's assets."""
    folder = tmp_path / "function"
    shutil.copytree(PROJECT / "functions" / "docs", folder)
    (folder / "openapi.json").write_bytes(dump(contract.document()))
    layer = tmp_path / "layer"
    (layer / "swagger_ui").mkdir(parents=True)
    (layer / "swagger_ui" / "swagger-ui.css").write_text("body {}")
    (layer / "swagger_ui" / "LICENSE").write_text("a file of no type that is served")
    monkeypatch.setattr(sys, "path", [*sys.path, str(layer)])
    function = gateway.load("docs", file=folder / "handler.py", AUTHORIZATION=request.param)
    return Client(function)


def test_the_contract_is_served_with_this_stack_as_its_server(docs: Client) -> None:
    answer = docs("GET", "/openapi.json", headers={"X-Forwarded-Proto": "https"})

    assert answer.status == 200
    assert answer.json["servers"] == [{"url": "https://api.example/v1"}]
    assert answer.json["paths"].keys() == contract.document()["paths"].keys()


@pytest.mark.parametrize(
    ("docs", "of_items"),
    [("jwt_and_api_key", [{"ApiKey": [], "UserToken": []}]), ("api_key", [{"ApiKey": []}])],
    indirect=["docs"],
)
def test_the_contract_says_what_lets_a_caller_in_here(
    docs: Client, of_items: list[dict[str, list[str]]]
) -> None:
    paths = docs("GET", "/openapi.json").json["paths"]

    assert paths["/items"]["get"]["security"] == of_items
    assert paths["/items/{itemId}"]["delete"]["security"] == of_items
    assert paths["/auth/me"]["get"]["security"] == [{"ApiKey": [], "UserToken": []}]
    assert paths["/health"]["get"]["security"] == []


def test_the_server_is_what_the_client_has_called(docs: Client) -> None:
    event = gateway.proxy_event("GET", "/openapi.json")
    event["headers"] = {"host": "127.0.0.1:4566", "x-forwarded-proto": "http"}
    del event["multiValueHeaders"]
    event["requestContext"]["path"] = "/openapi.json"

    assert docs.invoke(event).json["servers"] == [{"url": "http://127.0.0.1:4566"}]


def test_the_page_loads_nothing_from_elsewhere(docs: Client) -> None:
    answer = docs("GET", "/docs")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert "https://" not in answer.text


@pytest.mark.parametrize(
    ("asset", "media_type"),
    [("init.js", "text/javascript"), ("swagger-ui.css", "text/css")],
)
def test_the_files_of_the_page_are_served(docs: Client, asset: str, media_type: str) -> None:
    answer = docs("GET", f"/docs/{asset}")

    assert answer.status == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.text


@pytest.mark.parametrize(
    "asset",
    ["none.js", "index.html", "LICENSE", "handler.py", "..", "%2e%2e%2fhandler.py", "\u0000", "é"],
)
def test_no_other_file_is_served(docs: Client, asset: str) -> None:
    answer = docs("GET", f"/docs/{asset}")

    assert answer.status == 404
    contract.validator("Problem").validate(answer.json)
