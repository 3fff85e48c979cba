"""A load of users on the local stack and what it left behind; a greedy client and a modest one."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import locust  # noqa: F401 - first: it makes the standard library wait without blocking

# isort: split
import gevent
import httpx
from locust.env import Environment
from locust.stats import RequestStats
from rich.console import Console

import stack
from benchmark import fairness, fairness_plot, fairness_run, ledger, load_plot, report
from benchmark.ledger import Ledger
from benchmark.load_users import CatalogUser
from users import Users

CLIENT = "tests"  # has no limit
IMAGES = stack.PROJECT / "docs" / "images"
Headers = dict[str, str]
console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Load:
    """A load that was put on the stack."""

    users: int
    seconds: float
    started: float
    stats: RequestStats
    ledger: Ledger


def put(users: int, seconds: int, *, write: bool) -> None:
    """Run both loads and report them. Exits with what is wrong, if anything is."""
    outputs = stack.outputs("local")
    wrong = put_many(outputs, users, seconds, write=write)
    wrong += put_greedy(outputs, seconds, write=write)
    if wrong:
        sys.exit("\n".join(f"error: {sentence}" for sentence in wrong))


def put_many(outputs: dict[str, Any], users: int, seconds: int, *, write: bool) -> list[str]:
    """Run the load of many users, report it, check what it left. Returns what is wrong."""
    headers = [sign_in(outputs, CLIENT, f"load-{n}") for n in range(users)]
    environment = Environment(host=outputs["api_url"], stop_timeout=30)
    console.print(f"{users} users for {seconds} s …")
    load = run(environment, headers, users, seconds)
    text = markdown(load)
    console.print(text, markup=False)
    admin = sign_in(outputs, CLIENT, "load-admin", admin=True)  # sees the items of all
    with httpx.Client(base_url=outputs["api_url"], headers=admin, timeout=30) as client:
        lost = ledger.lost(client, load.ledger)
        ledger.clean_up(client, load.ledger)
    console.print(
        f"{len(load.ledger.versions)} items that were acknowledged and "
        f"{len(load.ledger.deleted)} that were deleted were looked up: {len(lost)} are not so."
    )
    if write:
        title = f"Load on the local AWS: {users} users without a pause"
        load_plot.draw(load.ledger.requests, load.started, title, IMAGES / "load.png")
        report.write("load", text)
    failures = load.stats.total.num_failures
    return ([f"{failures} requests failed."] if failures else []) + lost


def put_greedy(outputs: dict[str, Any], seconds: int, *, write: bool) -> list[str]:
    """Put a greedy client beside a modest one and report it. Returns what is wrong."""
    headers = {name: sign_in(outputs, name, f"load-{name}") for name in fairness_run.USERS}
    console.print(f"A modest client for {seconds} s, and for {seconds} s beside a greedy one …")
    found = fairness_run.run(outputs["api_url"], headers, seconds)
    text = fairness.markdown(found)
    console.print(text, markup=False)
    if write:
        fairness_plot.draw(found, IMAGES / "fairness.png")
        report.write("fairness", text)
    return fairness.complaints(found)


def sign_in(outputs: dict[str, Any], client: str, user: str, *, admin: bool = False) -> Headers:
    """Sign a user in, and return what a client sends for it: its key and the user's token."""
    users, email = Users("local", outputs), f"{user}@example.com"
    token = users.token(email, users.make(email, admin=admin, reset=True))
    key = list(outputs["api_keys"][client].values())[-1]
    return {"x-api-key": key, "Authorization": f"Bearer {token}"}


def run(environment: Environment, headers: list[Headers], users: int, seconds: int) -> Load:
    """Let users loose for some seconds."""
    told = Ledger()
    knowing = type("User", (CatalogUser,), {"abstract": False, "ledger": told, "headers": headers})
    environment.user_classes = [knowing]
    environment.events.request.add_listener(told.note)
    runner = environment.create_local_runner()
    started = time.monotonic()
    runner.start(users, spawn_rate=users)
    gevent.sleep(seconds)
    runner.stop()  # once each user has had its last answer
    return Load(users, time.monotonic() - started, started, environment.stats, told)


def markdown(load: Load) -> str:
    """Return the figures as a table, after a line that says where and when they were taken."""
    total = load.stats.total
    lines = [
        f"Measured on {datetime.now(UTC).date()}, {report.machine()}: {load.users} users, "
        f"{load.seconds:.0f} s, {total.num_requests / load.seconds:.0f} requests a second, "
        f"{total.num_failures} failed.",
        "",
        "| request | requests | failed | p50 | p99 |",
        "|---|---|---|---|---|",
    ]
    entries = sorted(load.stats.entries.values(), key=lambda entry: str(entry.name))
    for entry in [*entries, total]:
        name = "all" if entry is total else entry.name
        p50, p99 = (entry.get_response_time_percentile(share) for share in (0.5, 0.99))
        counts = f"{entry.num_requests} | {entry.num_failures}"
        lines.append(f"| {name} | {counts} | {p50:.0f} ms | {p99:.0f} ms |")
    return "\n".join(lines)
