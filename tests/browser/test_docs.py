"""`/docs` in a real browser: a person reads the contract, authorises, and creates an item."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

import stack
from users import Users

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_BROWSER = "No Chromium is installed: on Debian, `apt-get install chromium`."
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
    event => console.error(`Content-Security-Policy: ${event.violatedDirective}`));
"""
pytestmark = pytest.mark.xdist_group("browser")  # one browser at a time


class Visit:
    """A page of the documentation, and what went wrong or elsewhere while it was used."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.origins: set[str] = set()
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", self._keep_error)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        page.on("request", lambda request: self.origins.add(origin(request.url)))
        page.goto(f"{url}/docs")

    def _keep_error(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def authorize(self, key: str, token: str) -> None:
        self.page.get_by_role("button", name="Authorize").first.click()
        for scheme, value in (("ApiKey", key), ("UserToken", token)):
            dialog = self.page.locator(".auth-container").filter(has_text=scheme)
            dialog.get_by_role("textbox").fill(value)
            dialog.get_by_role("button", name="Apply credentials").click()
        self.page.get_by_role("button", name="Close").first.click()


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


@pytest.fixture(scope="module")
def outputs() -> dict[str, Any]:
    return stack.outputs("local")


@pytest.fixture(scope="module")
def token(outputs: dict[str, Any]) -> str:
    """The ID token of a person who has signed in."""
    email, users = f"{uuid.uuid4().hex}@example.com", Users("local", outputs)
    return users.token(email, users.make(email))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, outputs: dict[str, Any]) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    yield Visit(page, outputs["api_url"])
    page.close()


def test_a_person_authorises_and_creates_an_item(
    visit: Visit, outputs: dict[str, Any], token: str
) -> None:
    visit.authorize(outputs["api_keys"]["tests"]["1"], token)
    operation = visit.page.locator("#operations-items-createItem")

    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()

    answer = operation.locator(".live-responses-table tbody tr").first
    expect(answer.locator(".response-col_status")).to_have_text("201")
    expect(answer).to_contain_text('"name": "Walnut desk"')
    assert visit.errors == []


def test_two_creations_from_the_page_are_two_items(
    visit: Visit, outputs: dict[str, Any], token: str
) -> None:
    visit.authorize(outputs["api_keys"]["tests"]["1"], token)
    operation = visit.page.locator("#operations-items-createItem")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()

    with visit.page.expect_response("**/items") as first:
        operation.get_by_role("button", name="Execute").click()
    with visit.page.expect_response("**/items") as second:
        operation.get_by_role("button", name="Execute").click()

    assert first.value.json()["id"] != second.value.json()["id"]


def open_all(controls: Locator) -> None:
    """Click all of them at once: one by one, each click waits for a page that grows and grows."""
    controls.evaluate_all("controls => controls.forEach(control => control.click())")


def test_all_of_the_page_is_shown_without_a_violation_or_another_host(
    visit: Visit, outputs: dict[str, Any]
) -> None:
    operations = visit.page.locator(".opblock-summary-control")
    expect(operations.first).to_be_visible()

    open_all(operations)
    open_all(visit.page.locator("section.models button[aria-expanded=false]"))

    expect(visit.page.locator(".opblock.is-open")).to_have_count(operations.count())
    assert visit.errors == []
    assert visit.origins <= {origin(outputs["api_url"]), "data:"}
