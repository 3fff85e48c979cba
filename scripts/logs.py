"""Follow what the functions and the API's access log of an environment say.

    python scripts/logs.py ENV [NAME ...] [--since MINUTES] [--no-follow]

NAME is a function or `api`, all if none is given. Outside `local` it uses your AWS credentials.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

import aws_client
import stack
from stack import StackError

POLL_SECONDS = 1.0
Line = tuple[int, str, str, str]
"""Time in milliseconds, name, stream and text."""


def main() -> None:
    """Read the command line and print log lines until interrupted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", metavar="ENV")
    parser.add_argument("names", metavar="NAME", nargs="*", help="a function, or `api`")
    parser.add_argument("--since", type=int, default=10, metavar="MINUTES", help="[10]")
    parser.add_argument("--no-follow", action="store_true", help="print what there is and end")
    arguments = parser.parse_args()
    groups = stack.outputs(arguments.environment)["log_groups"]
    unknown = sorted(set(arguments.names) - set(groups))
    if unknown:
        raise StackError(f"There is no log {', '.join(unknown)}: use {', '.join(sorted(groups))}.")
    wanted = {name: groups[name] for name in arguments.names or groups}
    client = aws_client.client(arguments.environment, "logs")
    try:
        follow(client, wanted, arguments.since, once=arguments.no_follow)
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"The logs cannot be read: {error}") from error


def follow(client: Any, groups: dict[str, str], minutes: int, *, once: bool) -> None:
    """Print the lines of all groups in the order of their time, then those that come."""
    start = int((time.time() - minutes * 60) * 1000)
    seen: set[Line] = set()
    while True:
        lines = [line for group in groups.items() for line in events(client, *group, start)]
        for when, name, stream, message in sorted(lines):
            if (when, name, stream, message) not in seen:
                print(f"{name:<8}{message.rstrip()}", flush=True)
                start = max(start, when)
        if once:
            return
        seen = {line for line in lines if line[0] >= start}
        time.sleep(POLL_SECONDS)


def events(client: Any, name: str, group: str, start: int) -> list[Line]:
    """Return a group's lines since a time in milliseconds."""
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
    return [
        (event["timestamp"], name, event["logStreamName"], event["message"])
        for page in pages
        for event in page["events"]
    ]


if __name__ == "__main__":
    stack.run(main)
