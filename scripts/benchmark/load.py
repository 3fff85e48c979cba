"""A load of users on the local stack, and what it left behind."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import locust  # noqa: F401 - first: it makes the standard library wait without blocking

# isort: split
import gevent
import httpx
from locust.env import Environment
from locust.stats import RequestStats
from rich.console import Console

import stack
from benchmark import ledger, load_plot, report
from benchmark.ledger import Ledger
from benchmark.load_users import CatalogUser

CLIENT = "tests"  # has no limit
PLOT = stack.PROJECT / "docs" / "images" / "load.png"
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
    """Run the load, report it, check what it left."""
    outputs = stack.outputs("local")
    key = list(outputs["api_keys"][CLIENT].values())[-1]
    environment = Environment(host=outputs["api_url"], stop_timeout=30)
    console.print(f"{users} users for {seconds} s …")
    load = run(environment, key, users, seconds)
    text = markdown(load)
    console.print(text, markup=False)
    with httpx.Client(
        base_url=outputs["api_url"], headers={"x-api-key": key}, timeout=30
    ) as client:
        lost = ledger.lost(client, load.ledger)
        ledger.clean_up(client, load.ledger)
    console.print(
        f"{len(load.ledger.versions)} items that were acknowledged and "
        f"{len(load.ledger.deleted)} that were deleted were looked up: {len(lost)} are not so."
    )
    if write:
        title = f"Load on the local AWS: {users} users without a pause"
        load_plot.draw(load.ledger.requests, load.started, title, PLOT)
        report.write("load", text)
    failures = load.stats.total.num_failures
    if lost or failures:
        sys.exit("\n".join([f"error: {failures} requests failed.", *lost]))


def run(environment: Environment, key: str, users: int, seconds: int) -> Load:
    """Let users loose for some seconds."""
    told = Ledger()
    knowing = type("User", (CatalogUser,), {"abstract": False, "ledger": told, "key": key})
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
