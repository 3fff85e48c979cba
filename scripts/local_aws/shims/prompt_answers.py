"""Gap: every answer of a function waits for log lines that may still come.

On AWS the answer and the log take separate ways. MiniStack reads what a function logs for as
long as a timer runs: 5 ms after the last line, 50 ms when there is none, on every request. The
shim has the function's process mark the end of an invocation's log, and reads up to the mark.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

from local_aws.emulator import lambda_runtime

_MARK = "__end_of_invocation__"
_END_OF_LOOP = "        _real_stdout.flush()\n\nrun()"
_AT_MOST_SECONDS = 0.25  # a process that ends while it answers leaves no mark


def apply() -> None:
    """Write the mark in the Python process, and wait for it."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    mark = f"        print({_MARK!r}, file=sys.__stderr__, flush=True)"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(
        _END_OF_LOOP, f"        _real_stdout.flush()\n{mark}\n\nrun()"
    )
    worker = lambda_runtime.Worker
    worker._drain_stderr_bounded = _up_to_the_mark(worker._drain_stderr_bounded)


def _up_to_the_mark(drain: Callable[..., str]) -> Callable[..., str]:
    def drain_stderr(worker: Any) -> str:
        if not worker.config.get("Runtime", "").startswith("python"):
            return drain(worker)
        lines = []
        deadline = time.monotonic() + _AT_MOST_SECONDS
        try:
            while (line := worker._stderr_queue.get(timeout=deadline - time.monotonic())) != _MARK:
                lines.append(line)
        except (queue.Empty, ValueError):  # ValueError: the deadline has passed
            pass
        return "\n".join(lines)

    return drain_stderr
