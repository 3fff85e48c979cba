"""Gap: the warm process of a version stays for ever, even when no alias leads to it.

On AWS idle execution environments go away by themselves. MiniStack keeps one process of 30-50 MB
for every version ever invoked, which a day of editing a handler turns into gigabytes. The shim
ends the idle processes of versions that no alias names; one that answers is not idle.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from local_aws import background
from local_aws.emulator import lambda_runtime, lambda_service

_GRACE_SECONDS = 2  # a request may have found the version, and not yet its process


def apply() -> None:
    """Look after the processes now and then."""
    background.every(1, _retire)


def _retire() -> None:
    retired = set(_unreachable())
    cutoff = time.time() - _GRACE_SECONDS
    doomed = []
    with lambda_runtime._lock:
        for key in retired & lambda_runtime._workers.keys():
            workers = lambda_runtime._workers[key]
            if all(not worker.in_use and worker.last_used < cutoff for worker in workers):
                doomed += lambda_runtime._workers.pop(key)
    lambda_runtime.kill_workers(doomed)


def _unreachable() -> Iterator[str]:
    """Yield the pool keys of published versions that no alias of their function names."""
    for (account, region, name), function in lambda_service._functions.all_items():
        named = {alias["FunctionVersion"] for alias in function["aliases"].values()}
        for version in function["versions"].keys() - named:
            yield f"{account}:{region}:{name}:{version}"
