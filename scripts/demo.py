"""Walk through the API of the laptop's stack, each request and answer shown.

python scripts/demo.py
"""

from __future__ import annotations

import argparse
import json
import re
import uuid
from typing import Any

import httpx
from rich.console import Console
from rich.syntax import Syntax

import stack
import users
from stack import StackError

SHOWN_HEADERS = ("ETag", "Location", "Idempotency-Replayed", "RateLimit", "Retry-After")
SECRETS = ("password", "code", "idToken", "accessToken", "refreshToken")
MERGE_PATCH = "application/merge-patch+json"
DESK = {
    "name": "Walnut desk",
    "price": {"amount": "449.00", "currency": "EUR"},
    "quantity": 12,
    "status": "active",
    "tags": ["furniture"],
    "attributes": {"weightKg": 38.5, "assembled": False, "wood": "walnut"},
}
console = Console(highlight=False)


def main() -> None:
    """Run the demonstration."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    outputs = stack.outputs("local")
    try:
        walk(outputs)
    except httpx.HTTPError as error:
        raise StackError(f"the API does not answer ({error}): run `make up`.") from error


class Client:
    """An application that calls the API with its key, and shows what is said."""

    def __init__(self, outputs: dict[str, Any], name: str) -> None:
        key = next(reversed(outputs["api_keys"][name].values()))
        self._http = httpx.Client(
            base_url=outputs["api_url"], headers={"x-api-key": key}, timeout=30
        )

    def sign_up(self, email: str) -> None:
        """Have a person sign up, confirm with the code that was mailed, and sign in."""
        password = users.new_password()
        chosen = {"email": email, "password": password}
        self.call("POST", "/auth/signup", {"email": email})
        self.call("POST", "/auth/confirm", chosen | {"code": self._mailed_code(email)})
        tokens = self.call("POST", "/auth/login", chosen).json()
        self._http.headers["Authorization"] = f"Bearer {tokens['idToken']}"

    def _mailed_code(self, email: str) -> str:
        """Return the code that was mailed last. The local AWS keeps what it would send."""
        mailbox = self._http.get(self._http.base_url.copy_with(path="/_ministack/ses/messages"))
        mails = [mail for mails in mailbox.json()["messages"].values() for mail in mails]
        text = next(mail["BodyText"] for mail in reversed(mails) if email in mail["To"])
        return str(re.findall(r"\b\d{6}\b", text)[-1])

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request and show it with its answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.quietly(method, path, body, **headers)
        console.print(f"\n[bold cyan]{method} {path}[/bold cyan]", soft_wrap=True)
        for name, value in named.items():
            console.print(f"  {name}: {value}")
        if body is not None:
            show(body)
        color = "green" if answer.is_success or answer.status_code == 304 else "yellow"
        console.print(f"[bold {color}]{answer.status_code} {answer.reason_phrase}[/bold {color}]")
        for name in SHOWN_HEADERS:
            if name in answer.headers:
                console.print(f"  {name}: {answer.headers[name]}")
        if answer.content:
            show(answer.json())
        return answer

    def quietly(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        content = None if body is None else json.dumps(body)
        return self._http.request(method, path, content=content, headers=named)


def walk(outputs: dict[str, Any]) -> None:
    """Show what the API does, in the order in which a client would meet it."""
    demo, other = Client(outputs, "demo"), Client(outputs, "demo")

    title("Ada signs up, chooses a password by the code that was mailed, and signs in.")
    demo.sign_up(f"ada-{uuid.uuid4().hex[:6]}@example.com")
    demo.call("GET", "/auth/me")

    title("She creates an item. Its ETag is its version.")
    created = demo.call("POST", "/items", DESK)
    path = f"/items/{created.json()['id']}"

    title("Grace signs up as well. Ada's item is not there for her.")
    other.sign_up(f"grace-{uuid.uuid4().hex[:6]}@example.com")
    other.call("GET", path)
    other.call("POST", "/items", DESK | {"name": "Oak chair"})
    other.call("GET", "/items")

    title("Ada reads hers. Who has the current version is told so, without a body.")
    read = demo.call("GET", path)
    demo.call("GET", path, If_None_Match=read.headers["ETag"])

    title("A merge patch changes some fields, and null removes one.")
    changes = {"price": {"amount": "399.00"}, "attributes": {"assembled": True, "wood": None}}
    demo.call("PATCH", path, changes, Content_Type=MERGE_PATCH, If_Match=read.headers["ETag"])

    title("Who still has the old version overwrites nothing.")
    demo.call("PUT", path, DESK, If_Match=read.headers["ETag"])

    title("A request repeated with the same Idempotency-Key creates no second item.")
    key = str(uuid.uuid4())
    first = demo.call("POST", "/items", DESK, Idempotency_Key=key)
    demo.call("POST", "/items", DESK, Idempotency_Key=key)
    demo.call("POST", "/items", DESK | {"quantity": 1}, Idempotency_Key=key)

    title("A list comes in pages; nextCursor leads to the next one.")
    page = demo.call("GET", "/items?tag=furniture&limit=1").json()
    demo.call("GET", f"/items?tag=furniture&limit=1&cursor={page['nextCursor']}")

    title("What does not match the contract is refused, and the problem says where.")
    demo.call("POST", "/items", DESK | {"colour": "brown"})
    demo.call("GET", "/items?limit=1000")

    title("The item is deleted.")
    demo.call("DELETE", path)
    demo.call("GET", path)
    demo.quietly("DELETE", f"/items/{first.json()['id']}")

    title("A client is told its plan, what it has used, and its limits.")
    limited = Client(outputs, "limited")
    limited.call("GET", "/usage")

    title("Its plan allows 2 requests a second: it asks until it is told to wait.")
    for _ in range(20):
        if limited.quietly("GET", "/usage").status_code == httpx.codes.TOO_MANY_REQUESTS:
            break
    limited.call("GET", "/usage")

    title("Who guesses at a password is slowed down, whichever application it uses.")
    guess = {"email": "somebody@example.com", "password": "Guess-number-1"}
    for _ in range(20):
        if demo.quietly("POST", "/auth/login", guess).status_code == httpx.codes.TOO_MANY_REQUESTS:
            break
    demo.call("POST", "/auth/login", guess)

    title("Both leave.")
    demo.call("DELETE", "/auth/me")
    other.quietly("DELETE", "/auth/me")


def title(text: str) -> None:
    """Print a heading."""
    console.print()
    console.rule(f"[bold]{text}", align="left")


def show(value: Any) -> None:
    """Print JSON."""
    shown = {k: "…" if k in SECRETS else v for k, v in value.items()}
    text = json.dumps(shown, indent=2, ensure_ascii=False)
    console.print(Syntax(text, "json", background_color="default", word_wrap=True))


if __name__ == "__main__":
    stack.run(main)
