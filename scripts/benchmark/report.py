"""The table of a benchmark, and its place in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import statistics
from datetime import UTC, datetime
from pathlib import Path

import build
from benchmark.contenders import BARE, EMPTY, LOCK, NAMES, Contender
from benchmark.events import EVENTS
from benchmark.measure import LIMITER_CALLS, LimiterCost, Result, Results, median_ratio

PAGE = build.PROJECT / "docs" / "benchmarks.md"
PACKAGES = (
    "aws-lambda-powertools",
    "awslambdaric",
    "boto3",
    "botocore",
    "chalice",
    "fastapi",
    "mangum",
    "pydantic",
)
HEAD = """\
| handler | INIT | with the first request | create | get | list | peak memory | zipped |
|---|---|---|---|---|---|---|---|"""


def markdown(contenders: list[Contender], results: Results, rounds: int) -> str:
    """Return the table, after a line that says where and when it was measured."""
    rows = [row(contender, results) for contender in contenders]
    return "\n".join([f"{circumstances(rounds)}\n", HEAD, *rows])


def circumstances(rounds: int) -> str:
    """Say when, on what and in which versions."""
    today = datetime.now(UTC).date().isoformat()
    lock = LOCK.read_text()
    versions = [
        f"{name} {match[1]}"
        for name in PACKAGES
        if (match := re.search(rf"^{name}==(\S+)", lock, re.MULTILINE))
    ]
    return (
        f"Measured on {today}, Python {platform.python_version()}, {machine()}; "
        f"medians of {rounds} rounds. {', '.join(versions)}."
    )


def machine() -> str:
    """Say what this machine is."""
    return f"{os.cpu_count()} processors ({processor()}), {platform.system()}"


def processor() -> str:
    """Return the processor's name, where Linux says it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    match = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return match[1].strip() if match else platform.machine()


def row(contender: Contender, results: Results) -> str:
    """Return a contender's line: the ratio to bare boto3, and the milliseconds behind it."""
    result, bare = results[contender.name], results[BARE]
    cold, bare_cold = cold_starts(result), cold_starts(bare)
    cells = [cell(result.init, bare.init), cell(cold, bare_cold)]
    if contender.name == EMPTY:
        cells += ["", "", "", "", size(contender)]
    else:
        cells += [cell(result.warm[name], bare.warm[name], digits=2) for name in EVENTS]
        cells += [memory(result), size(contender)]
    return f"| {NAMES[contender.name]} | {' | '.join(cells)} |"


def limiter(costs: dict[int | None, LimiterCost], rounds: int) -> str:
    """Return the table of what the limiter adds to a read."""
    off = costs[None]
    rows = [limiter_row(lease, cost, off) for lease, cost in costs.items()]
    head = "| lease | a read takes | added | writes per request |\n|---|---|---|---|"
    return f"Means of {LIMITER_CALLS} reads in a row, medians of {rounds} rounds.\n\n" + "\n".join(
        [head, *rows]
    )


def limiter_row(lease: int | None, cost: LimiterCost, off: LimiterCost) -> str:
    """Return a lease's line: the milliseconds, what they are more, and the writes."""
    name = "no limiter" if lease is None else str(lease)
    more = [ours - theirs for ours, theirs in zip(cost.seconds, off.seconds, strict=True)]
    added = "" if lease is None else f"{statistics.median(more) * 1e6:.0f} µs"
    writes = statistics.median(cost.writes)
    return f"| {name} | {statistics.median(cost.seconds) * 1000:.2f} ms | {added} | {writes:.2f} |"


def cold_starts(result: Result) -> list[float]:
    """Return what a client waits for at a cold start: INIT and the first request."""
    return [init + first for init, first in zip(result.init, result.first_request, strict=True)]


def cell(seconds: list[float], bare: list[float], digits: int = 0) -> str:
    """Return a ratio and a time."""
    ratio = median_ratio(seconds, bare)
    return f"{ratio:.2f} ({statistics.median(seconds) * 1000:.{digits}f} ms)"


def memory(result: Result) -> str:
    """Return the most memory that the process had, where the system tells."""
    peak = result.peak_memory_kb
    return "unknown" if peak is None else f"{peak / 1000:.0f} MB"


def size(contender: Contender) -> str:
    """Return the size of what is uploaded."""
    return f"{contender.zipped / 1e6:.1f} MB"


def percentile_99(times: list[float]) -> float:
    """Return the smallest value that 99 % do not exceed."""
    return sorted(times)[-(-99 * len(times) // 100) - 1]


def write(name: str, text: str) -> None:
    """Replace what stands between two markers of docs/benchmarks.md."""
    PAGE.write_text(between_markers(PAGE.read_text(), name, text))


def between_markers(page: str, name: str, text: str) -> str:
    """Return the page with the text between `<!-- name -->` and `<!-- /name -->`."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"The page lacks {begin} … {end}.")
    return f"{before}{begin}\n{text}\n{end}{after}"
