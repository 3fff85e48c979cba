"""Rotate a client's API key without a moment in which none works.

    python scripts/rotate_keys.py ENV CLIENT            # start: a second key, both are live
    python scripts/rotate_keys.py ENV CLIENT --finish   # end: the oldest key is removed

Between the two, hand out the new key and wait until the client uses it. Each step edits
terraform/environments/ENV.yaml, applies, and calls the API with every key that must work; commit
the file afterwards. If a step fails, the file is as it was.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime

import httpx
from rich.console import Console

import stack
from environment_file import EnvironmentFile
from stack import StackError

# API Gateway takes up to a minute to know a new key everywhere.
PROPAGATION_SECONDS = 90
console = Console(highlight=False)


def main() -> None:
    """Read the command line and do the step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", metavar="ENV")
    parser.add_argument("client", metavar="CLIENT")
    parser.add_argument("--finish", action="store_true", help="remove the oldest key")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    arguments = parser.parse_args()
    rotate(arguments.environment, arguments.client, finish=arguments.finish, yes=arguments.yes)


def rotate(environment: str, client: str, *, finish: bool, yes: bool) -> None:
    """Do one step of a rotation. Raises StackError, with nothing changed in the file."""
    file = EnvironmentFile(environment)
    before = file.generations(client)
    after = remove_oldest(client, before) if finish else add_one(client, before)
    approved = yes or environment == "local"
    text = file.path.read_text()
    file.set_generations(client, after)
    try:
        stack.apply(environment, approved=approved)
        outputs = stack.outputs(environment)
        for generation in after:
            key = outputs["api_keys"][client][generation]
            require_live(outputs["api_url"], key, f"{client}, generation {generation}")
    except BaseException:
        file.path.write_text(text)
        console.print(f"[yellow]{file.path.name} is as it was; apply again to go back.[/yellow]")
        raise
    report(environment, client, before, after)


def add_one(client: str, generations: list[str]) -> list[str]:
    """Return the generations with a new one, named by the day."""
    if len(generations) > 1:
        raise StackError(
            f"A rotation of {client} is under way: generations {', '.join(generations)} are live. "
            "Finish it first (FINISH=1)."
        )
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    names = [today, *(f"{today}-{number}" for number in range(2, 100))]
    return [*generations, next(name for name in names if name not in generations)]


def remove_oldest(client: str, generations: list[str]) -> list[str]:
    """Return the generations without the first, never an empty list."""
    if len(generations) == 1:
        raise StackError(
            f"Generation {generations[0]} is the last key of {client} and stays. "
            "Start a rotation first, or remove the client to end its access."
        )
    return generations[1:]


def require_live(url: str, key: str, name: str) -> None:
    """Call the API with a key until it is let in. Raises StackError."""
    deadline = time.monotonic() + PROPAGATION_SECONDS
    while True:
        answer = httpx.get(f"{url}/usage", headers={"x-api-key": key})
        # 429: let in too often; 503: let in, while AWS does not say what it has used.
        if answer.status_code in {200, 429, 503}:
            console.print(f"[green]✓[/green] The key of {name} works.")
            return
        if time.monotonic() > deadline:
            raise StackError(f"The key of {name} does not work: {answer.status_code}.")
        time.sleep(2)


def report(environment: str, client: str, before: list[str], after: list[str]) -> None:
    """Say what is live now, and what is next."""
    file = f"terraform/environments/{environment}.yaml"
    if len(after) < len(before):
        console.print(f"Generation {before[0]} of {client} is gone. Commit {file}.")
        return
    again = f"make rotate-keys ENV={environment} CLIENT={client} FINISH=1"
    console.print(
        f"Generations {', '.join(after)} of {client} are live. Commit {file}, hand out the new key "
        f"(`make key ENV={environment} CLIENT={client}`), and when it is in use: `{again}`.",
        soft_wrap=True,
    )


if __name__ == "__main__":
    stack.run(main)
