"""Run the whole stack on this machine: build, start the local AWS, apply, try, say how to use it.

    python scripts/up.py

Does only what is needed, so it can be run at any time, also after a restart of the machine.
LOCAL_AWS_PORT chooses another port than 4566.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from httpx import HTTPError
from rich.console import Console

import smoke
import stack
import terraform_init
from local_aws.process import LocalAws, chosen_port
from stack import PROJECT, StackError
from users import Users

ENVIRONMENT = "local"
SMOKE_USER = "smoke-test@example.com"
console = Console(highlight=False)

USAGE = """
[bold]The Catalog API runs:[/bold] {url}
Documentation to read and try: {url}/docs

Try it:
  export URL={url}
  export KEY=$(make --silent key CLIENT=demo)   # `make keys` shows all of them
  export TOKEN=$(make --silent user EMAIL=you@example.com RESET=1)   # a user, signed in for an hour
  curl -s -H "x-api-key: $KEY" -H "Authorization: Bearer $TOKEN" \\
       -H 'Content-Type: application/json' \\
       -d '{{"name": "Walnut desk", "price": {{"amount": "449.00", "currency": "EUR"}}}}' $URL/items
  curl -s -H "x-api-key: $KEY" -H "Authorization: Bearer $TOKEN" $URL/items
  curl -s $URL/health?deep=true

`make demo` shows more, `make logs` what the functions say, `make down` stops it.
Ready in {seconds:.0f} s."""


def main() -> None:
    """Bring the stack up."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    started = time.monotonic()
    version = "{}.{}".format(*sys.version_info)
    meaning = "as in production" if version == "3.13" else "production runs 3.13"
    console.print(f"The functions run on Python {version} here, {meaning}.")
    with step("Build the artifacts"):
        build()
    with step("Start the local AWS"):
        server = LocalAws().start(chosen_port())
    with step("Prepare Terraform"):
        terraform_init.prepare(ENVIRONMENT)
    with step("Apply the stack"):
        stack.apply(ENVIRONMENT, approved=True)
        outputs = stack.outputs(ENVIRONMENT)
    with step("Try it"):
        try_it(outputs)
    console.print(f"The local AWS listens on {server.endpoint} (process {server.pid}).")
    print_usage(outputs["api_url"], time.monotonic() - started)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show that a step goes on, and how long it took."""
    started = time.monotonic()
    with console.status(f"{title} …"):
        yield
    console.print(f"[green]✓[/green] {title:<22} {time.monotonic() - started:5.1f} s")


def build() -> None:
    """Build for this machine."""
    script = str(PROJECT / "scripts" / "build.py")
    command = [sys.executable, script, "--environment", ENVIRONMENT]
    answer = subprocess.run(command, text=True, capture_output=True, check=False)
    if answer.returncode != 0:
        raise StackError(f"the build failed: {answer.stderr.strip().removeprefix('error: ')}")


def try_it(outputs: dict[str, Any]) -> None:
    """Run the smoke test, as a user of its own."""
    users = Users(ENVIRONMENT, outputs)
    password = users.make(SMOKE_USER, reset=True)
    try:
        smoke.check(outputs, users.token(SMOKE_USER, password))
    except HTTPError as error:
        raise StackError(f"the API does not answer ({error}); see `make status`.") from error


def print_usage(url: str, seconds: float) -> None:
    """Say how to go on."""
    console.print(USAGE.format(url=url, seconds=seconds), soft_wrap=True)


if __name__ == "__main__":
    stack.run(main)
