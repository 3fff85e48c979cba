"""What is served without a key: health, the contract, the documentation."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from ruamel.yaml import YAML
from tests.deployed.conftest import Json, assert_problem

PROJECT = Path(__file__).resolve().parents[2]


def test_health_says_that_the_service_works(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_deep_health_checks_the_table_too(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/health", params={"deep": "true"})

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": {"table": "ok"}})


def test_health_refuses_a_parameter_that_it_does_not_understand(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/health", params={"deep": "very"})

    assert assert_problem(answer, 400)["errors"][0]["parameter"] == "deep"


def test_the_contract_is_served_with_this_stack_as_its_server(
    anonymous: httpx.Client, outputs: Json
) -> None:
    written = YAML(typ="safe").load(PROJECT / "api" / "openapi.yaml")

    served = anonymous.get("/openapi.json").json()

    assert served.pop("servers") == [{"url": outputs["api_url"]}]
    for part in ("openapi", "info", "components"):
        assert served[part] == written[part], part
    assert served["paths"].keys() == written["paths"].keys()
    assert served["paths"]["/items"]["get"]["security"] == [{"ApiKey": [], "UserToken": []}]


class References(HTMLParser):
    """What a page loads, and its inline scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = values.get("src") or (values.get("href") if tag == "link" else None)
        if address and not address.startswith("data:"):
            self.loaded.append(address)
        if tag == "style" or (tag == "script" and "src" not in values):
            self.inline.append(tag)
        self.inline += [name for name in values if name.startswith("on") or name == "style"]


def test_the_documentation_lets_the_browser_load_nothing_from_elsewhere(
    anonymous: httpx.Client,
) -> None:
    page = anonymous.get("/docs")

    policy = dict(
        part.strip().partition(" ")[::2]
        for part in page.headers["Content-Security-Policy"].split(";")
    )
    assert page.headers["Content-Type"].startswith("text/html")
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not [source for source in policy.values() if "//" in source or "*" in source]
    assert References(page.text).inline == []


def test_all_that_the_documentation_refers_to_is_served(anonymous: httpx.Client) -> None:
    types = {".css": "text/css", ".js": "text/javascript"}
    page = anonymous.get("/docs")

    references = References(page.text).loaded

    assert {"docs/swagger-ui.css", "docs/swagger-ui-bundle.js"} <= set(references)
    for reference in references:
        asset = anonymous.get(page.request.url.join(reference))
        assert asset.status_code == 200, reference
        assert asset.request.url.host == page.request.url.host
        assert asset.headers["Content-Type"].startswith(types[Path(reference).suffix])
        assert len(asset.content) > 100


def test_style_sheets_refer_to_nothing_elsewhere(anonymous: httpx.Client) -> None:
    style = anonymous.get("/docs/swagger-ui.css").text

    assert re.findall(r"url\((?![\"']?(?:data:|#))", style) == []
    assert "@import" not in style


@pytest.mark.parametrize("asset", ["nothing.js", "..%2Fhandler.py", "handler.py", "index.html"])
def test_no_other_file_of_the_documentation_is_served(anonymous: httpx.Client, asset: str) -> None:
    assert_problem(anonymous.get(f"/docs/{asset}"), 404)
