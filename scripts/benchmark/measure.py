"""Measure the contenders in turns, so that what the machine does meanwhile hits all alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from benchmark import cold_start, dynamodb_stub, warm_worker
from benchmark.contenders import EMPTY, Contender
from benchmark.events import EVENTS

Limits = dict[str, dict[str, object]]
CALLS = 40  # of an operation, in a row
WARM_UP_CALLS = 50
LIMITER_CALLS = 200  # many times the largest lease
LEASES = (1, 10, 25)
# The defaults of an environment (terraform/modules/environment), as a function is told them.
LIMITS: Limits = {
    "read": {"rate": 50, "burst": 100, "lease": 25, "on_failure": "open"},
    "list": {"rate": 10, "burst": 20, "lease": 5, "on_failure": "open"},
    "write": {"rate": 20, "burst": 40, "lease": 10, "on_failure": "open"},
}
T = TypeVar("T")
ISOLATED = [sys.executable, "-s", "-S", "-P"]  # nothing but what PYTHONPATH names is imported


@dataclass
class Result:
    """What was measured of one contender: a number for each round."""

    init: list[float] = field(default_factory=list)
    first_request: list[float] = field(default_factory=list)
    warm: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in EVENTS})
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    peak_memory_kb: int | None = None


Results = dict[str, Result]


@dataclass
class LimiterCost:
    """What the limiter adds to a read: a number for each round."""

    seconds: list[float] = field(default_factory=list)
    """A request takes so long, on average: those that write are among them."""
    writes: list[float] = field(default_factory=list)
    """A request writes so often, on average."""


def median_ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the ratios of measures taken in the same round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def measure(contenders: list[Contender], runtime_client: Path, rounds: int) -> Results:
    """Measure cold starts, then warm requests."""
    results = {contender.name: Result() for contender in contenders}
    with dynamodb() as endpoint:
        measure_cold_starts(contenders, runtime_client, rounds, endpoint, results)
        measure_warm([c for c in contenders if c.name != EMPTY], rounds, endpoint, results)
    return results


def measure_cold_starts(
    contenders: list[Contender], runtime_client: Path, rounds: int, endpoint: str, results: Results
) -> None:
    """Start each contender once a round, after one start of each that fills the file cache."""
    command = [*ISOLATED, "-m", "awslambdaric", "handler.lambda_handler"]
    for number in range(rounds + 1):
        for contender in rotated(contenders, number):
            environment = variables(contender, endpoint, runtime_client)
            start = cold_start.measure(command, environment, str(contender.task), EVENTS["get"])
            if number:
                results[contender.name].init.append(start.init)
                results[contender.name].first_request.append(start.first_request)


def measure_warm(contenders: list[Contender], rounds: int, endpoint: str, results: Results) -> None:
    """Call each contender's operations some times a round, in a process that stays."""
    with ExitStack() as stack:
        workers = [(c, stack.enter_context(Worker(c, endpoint))) for c in contenders]
        for number in range(rounds + 1):
            for contender, worker in rotated(workers, number):
                result = results[contender.name]
                for operation, event in EVENTS.items():
                    said = worker.call(event, CALLS if number else WARM_UP_CALLS)
                    if number:
                        result.warm[operation].append(statistics.median(said["seconds"]))
                    result.answers[operation] = said["answer"]
                    result.peak_memory_kb = said["peak_memory_kb"]


def measure_limiter(
    limited: Contender, unlimited: Contender, rounds: int
) -> dict[int | None, LimiterCost]:
    """Measure a read without the limiter (None), and with leases of so many tokens."""
    costs: dict[int | None, LimiterCost] = {lease: LimiterCost() for lease in (None, *LEASES)}
    with dynamodb() as endpoint, ExitStack() as stack:
        workers = []
        for lease in costs:
            contender = unlimited if lease is None else limited
            limits = LIMITS | {"read": LIMITS["read"] | {"lease": lease or 1}}
            workers.append((lease, stack.enter_context(Worker(contender, endpoint, limits))))
        for number in range(rounds + 1):
            for lease, worker in rotated(workers, number):
                before = updates(endpoint)
                said = worker.call(EVENTS["get"], LIMITER_CALLS)
                if number:
                    costs[lease].seconds.append(statistics.mean(said["seconds"]))
                    costs[lease].writes.append((updates(endpoint) - before) / LIMITER_CALLS)
    return costs


def updates(endpoint: str) -> int:
    """How many updates the stub of DynamoDB has got."""
    target = {"X-Amz-Target": f"Stub.{dynamodb_stub.COUNT_UPDATES.decode()}"}
    request = urllib.request.Request(endpoint, b"{}", target)  # noqa: S310 - of the loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return int(json.load(answer)["updates"])


def rotated(things: list[T], number: int) -> list[T]:
    """Begin with another one each time."""
    start = number % len(things)
    return things[start:] + things[:start]


class Worker:
    """A process that has loaded a contender."""

    def __init__(self, contender: Contender, endpoint: str, limits: Limits = LIMITS) -> None:
        process = subprocess.Popen(
            [*ISOLATED, warm_worker.__file__],
            env=variables(contender, endpoint, limits=limits),
            cwd=contender.task,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None  # noqa: S101 - a pipe, as asked for
        assert process.stdout is not None  # noqa: S101
        self._process, self._asked, self._said = process, process.stdin, process.stdout

    def call(self, event: dict[str, Any], calls: int) -> dict[str, Any]:
        """Have the handler called, and return what the worker says of it."""
        self._asked.write(json.dumps({"event": json.dumps(event), "calls": calls}) + "\n")
        self._asked.flush()
        said: dict[str, Any] = json.loads(self._said.readline())
        return said

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._asked.close()
        self._process.wait()


@contextmanager
def dynamodb() -> Iterator[str]:
    """Run DynamoDB's stub in a process of its own; give its address."""
    process = subprocess.Popen(
        [sys.executable, dynamodb_stub.__file__], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def variables(
    contender: Contender, endpoint: str, runtime_client: Path | None = None, limits: Limits = LIMITS
) -> dict[str, str]:
    """Return the environment of a function, as Lambda and Terraform set it."""
    path = [contender.python_path, *([str(runtime_client)] if runtime_client else [])]
    return {
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_SESSION_TOKEN": "benchmark",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": "items",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": str(contender.task),
        "_HANDLER": "handler.lambda_handler",
        "TABLE_NAME": "items",
        "OWNER_SHARDS": "1",
        "STATUS_INDEX": "false",
        "CURSOR_SECRET": "0123456789abcdef0123456789abcdef",
        "AUTHORIZATION": "api_key",
        "USER_POOL_CLIENT_ID": "benchmark",
        "LIMITS_TABLE_NAME": "limits",
        "RATE_LIMITS": json.dumps(limits),
        "ENVIRONMENT": "benchmark",
        "CORS_ALLOW_ORIGINS": "*",
        "POWERTOOLS_SERVICE_NAME": "items",
        "POWERTOOLS_METRICS_NAMESPACE": "catalog",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
