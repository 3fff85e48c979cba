"""Measure the Catalog API beside other ways to write its handler.

    python scripts/bench.py [--rounds N] [--write]

Cold starts under Lambda's own runtime client, warm requests, memory and sizes; all contenders on
this interpreter, in turns; then what the rate limiter adds to a request. `--write` puts the
tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse

from rich.console import Console

from benchmark import contenders, report
from benchmark.measure import measure, measure_limiter

ROUNDS = 21  # an odd number: the median is one of them


def main() -> None:
    """Measure, print the table and, if asked to, write it down."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measures of each [%(default)s]")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    packed = contenders.pack_all()
    client = contenders.pack_runtime_client()
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Measuring {len(packed)} handlers in {arguments.rounds} rounds …")
    results = measure(packed, client, arguments.rounds)
    text = report.markdown(packed, results, arguments.rounds)
    console.print(text, markup=False)
    costs = measure_limiter(packed[0], contenders.without_limiter(packed[0]), arguments.rounds)
    limiter = report.limiter(costs, arguments.rounds)
    console.print(limiter, markup=False)
    if arguments.write:
        report.write("bench", text)
        report.write("limiter", limiter)


if __name__ == "__main__":
    main()
