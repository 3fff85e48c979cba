"""Put load on the local stack, and check that nothing is lost and that nobody is crowded out.

    python scripts/load.py [--seconds N] [--users N] [--write]

Users create, read, list, change and delete items without a pause. Prints the throughput, the
latencies and the errors. At the end every item is read again: each must be there in the version
that was acknowledged last, and each deleted one must be gone. Then a modest client asks for lists,
first alone and then beside a greedy one that asks for more than its limits: 99 % of the modest
one's requests must be admitted. Fails otherwise. `--write` puts the figures into
docs/benchmarks.md and draws docs/images/load.png and fairness.png. This measures the emulator on
this machine, not AWS.
"""

from __future__ import annotations

import argparse

import stack

LONGEST = 400  # seconds of each part; the users of the second are signed in for two of them


def main() -> None:
    """Read the command line and put the load on."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=int, default=30, help="how long each part takes [%(default)s]"
    )
    parser.add_argument("--users", type=int, default=4, help="how many at once [%(default)s]")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    if not 1 <= arguments.seconds <= LONGEST:
        parser.error(f"--seconds is 1 to {LONGEST}: a user's token lives for 15 minutes.")
    from benchmark import load  # locust is there only where load is put

    load.put(arguments.users, arguments.seconds, write=arguments.write)


if __name__ == "__main__":
    stack.run(main)
