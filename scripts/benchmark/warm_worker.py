"""Call a handler again and again, and say how long each call took.

    python warm_worker.py     # with the contender's folders on PYTHONPATH

Reads lines of JSON, `{"event": …, "calls": n}`, and answers each with one of its own:
`{"seconds": [n times], "answer": the last one, "peak_memory_kb": …}`. What the handler prints
goes nowhere, as it would to CloudWatch. Imports as little as it can: it shares the interpreter.
"""

from __future__ import annotations

import json
import os
import sys
import time


class Context:
    """What Lambda tells a handler about its invocation."""

    function_name = "items"
    function_version = "1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:items:live"
    memory_limit_in_mb = "512"
    aws_request_id = "0b7e5a1c-6c1f-4a0e-9a53-3d2f1f6a7c11"
    log_group_name = "/aws/lambda/items"
    log_stream_name = "2026/01/01/[1]0123456789abcdef"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Time enough."""
        return 10_000


def main() -> None:
    """Serve until the input ends."""
    results = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from handler import lambda_handler

    for line in sys.stdin:
        asked = json.loads(line)
        seconds, answer = [], None
        for _ in range(asked["calls"]):
            event = json.loads(asked["event"])
            started = time.perf_counter()
            answer = lambda_handler(event, Context())
            seconds.append(time.perf_counter() - started)
        said = {"seconds": seconds, "answer": answer, "peak_memory_kb": peak_memory_kb()}
        print(json.dumps(said), file=results, flush=True)


def peak_memory_kb() -> int | None:
    """The most memory this process ever had; `ru_maxrss` would count its parent's before `exec`."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return None


if __name__ == "__main__":
    main()
