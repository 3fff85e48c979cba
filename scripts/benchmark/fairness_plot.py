"""The plot of a greedy client beside a modest one: what each got, and how long one waited."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

from benchmark.fairness import GREEDY, MODEST, Fairness, Outcome, per_second
from benchmark.load_plot import BLUE, GREY, ORANGE, RED, SPINES

LIGHT_RED = "#e3a3a3"
COLOURS = {
    Outcome.ADMITTED: BLUE,
    Outcome.REFUSED_BY_FUNCTION: ORANGE,
    Outcome.REFUSED_BY_GATEWAY: LIGHT_RED,
    Outcome.FAILED: RED,
}


def draw(fairness: Fairness, path: Path) -> None:
    """Write the plot, second by second, as a PNG."""
    mpl.use("Agg")
    figure, (greedy, modest, latency) = pyplot.subplots(
        3, 1, sharex=True, figsize=(9, 8), dpi=120, layout="constrained", height_ratios=(3, 2, 2)
    )
    title = "A greedy client beside a modest one, on the local AWS"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    draw_client(greedy, fairness, GREEDY)
    draw_client(modest, fairness, MODEST)
    draw_latency(latency, fairness)
    limit, plan = fairness.limits.rate, fairness.limits.plan_rate
    draw_limit(greedy, limit, f"limit of each user: {limit:g} a second")
    draw_limit(greedy, plan, f"limit of each client's plan: {plan:g} a second")
    draw_limit(modest, limit, f"limit of each user: {limit:g} a second")
    for axes in (greedy, modest):
        axes.set_ylim(0, axes.get_ylim()[1] * 1.05)
    for axes in (greedy, modest, latency):
        axes.axvline(fairness.joined, color=GREY, linewidth=1, linestyle=":")
        axes.set_xlim(0, int(fairness.ended))
        axes.grid(axis="y", alpha=0.25)
        axes.tick_params(colors=GREY)
        axes.spines[list(SPINES)].set_visible(False)
    greedy.legend(frameon=False, loc="upper left", fontsize=9)
    latency.set_xlabel("seconds; the greedy client comes at the dotted line", color=GREY)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)


def draw_client(axes: pyplot.Axes, fairness: Fairness, client: str) -> None:
    """Draw the requests of each second, one outcome on the other."""
    seconds = int(fairness.ended)  # the last one is not whole
    answers = [answer for answer in fairness.answers if answer.client == client]
    at = [n + 0.5 for n in range(seconds)]
    below = [0] * seconds
    for outcome, counts in per_second(answers, seconds).items():
        if any(counts):
            colour = COLOURS[outcome]
            axes.bar(at, counts, width=0.8, bottom=below, color=colour, label=outcome.value)
            below = [a + b for a, b in zip(below, counts, strict=True)]
    axes.set_ylabel(f"{client}: requests a second", color=GREY)


def draw_limit(axes: pyplot.Axes, rate: float, text: str) -> None:
    """Draw a line at a limit, and say over it what it is."""
    axes.axhline(rate, color=GREY, linewidth=1.2, linestyle="--")
    axes.annotate(
        text, (0.005, rate), xycoords=("axes fraction", "data"), xytext=(0, 3),
        textcoords="offset points", color=GREY, fontsize=9,
    )  # fmt: skip


def draw_latency(axes: pyplot.Axes, fairness: Fairness) -> None:
    """Draw how long each request of the modest client took; a few take long, so on a log scale."""
    answers = [answer for answer in fairness.answers if answer.client == MODEST]
    at = [answer.ended for answer in answers]
    axes.scatter(at, [answer.milliseconds for answer in answers], s=9, color=BLUE)
    axes.set_yscale("log")
    axes.set_ylim(1, max(1000.0, axes.get_ylim()[1]))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel("modest: latency, ms", color=GREY)
