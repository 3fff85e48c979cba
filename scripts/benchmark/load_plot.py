"""The plot of a load: throughput and latencies over time."""

from __future__ import annotations

import statistics
from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

from benchmark import report
from benchmark.ledger import Request

SPINES = ("top", "right")
BLUE, ORANGE, RED, GREY = "#1f5fa8", "#d9822b", "#c23030", "#5c6670"


def draw(requests: list[Request], started: float, title: str, path: Path) -> None:
    """Write the plot of the requests, second by second, as a PNG."""
    mpl.use("Agg")
    seconds: dict[int, list[Request]] = defaultdict(list)
    for request in requests:
        seconds[int(request.ended - started)].append(request)
    whole = [seconds[n] for n in range(max(seconds))]  # the last second is not a whole one
    figure, (above, below) = pyplot.subplots(
        2, 1, sharex=True, figsize=(9, 5.5), dpi=120, layout="constrained"
    )
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    draw_throughput(above, whole)
    draw_latency(below, whole)
    below.set_xlabel("seconds", color=GREY)
    for axes in (above, below):
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, len(whole))
        axes.grid(axis="y", alpha=0.25)
        axes.tick_params(colors=GREY)
        axes.spines[list(SPINES)].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)


def draw_throughput(axes: pyplot.Axes, seconds: list[list[Request]]) -> None:
    """Draw the requests of each second, the failed ones in red."""
    failed = [sum(request.failed for request in second) for second in seconds]
    answered = [len(second) - lost for second, lost in zip(seconds, failed, strict=True)]
    at = [n + 0.5 for n in range(len(seconds))]
    axes.bar(at, answered, width=0.8, color=BLUE, label="answered")
    if any(failed):
        axes.bar(at, failed, width=0.8, bottom=answered, color=RED, label="failed")
        axes.legend(frameon=False, loc="lower right", ncols=2)
    axes.set_ylabel("requests a second", color=GREY)


def draw_latency(axes: pyplot.Axes, seconds: list[list[Request]]) -> None:
    """Draw the median and the 99th percentile of each second."""
    times = [[request.milliseconds for request in second] for second in seconds]
    at = [n + 0.5 for n in range(len(seconds))]
    nan = float("nan")
    median = [statistics.median(second) if second else nan for second in times]
    slowest = [report.percentile_99(second) if second else nan for second in times]
    for name, values, colour in (("p99", slowest, ORANGE), ("p50", median, BLUE)):
        axes.plot(at, values, color=colour, linewidth=1.8, label=name)
    axes.legend(frameon=False, loc="upper right", ncols=2)
    axes.set_ylabel("latency, ms", color=GREY)
