"""Gap: state is saved on a clean stop only.

What AWS stores is stored. A local AWS that is killed, with the laptop's battery say, would come
back without everything since its start. The shim saves every few seconds, when requests were
served and none is under way any more; under steady load, no later than every 30 seconds. Logs
and metrics, which grow with every request, wait for a pause: a kill under load may lose those.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from local_aws import background
from local_aws.emulator import app, persistence

_PAUSE_SECONDS = 0.5
_AT_THE_LATEST_SECONDS = 30.0
_TELEMETRY = {"cloudwatch", "cloudwatch_logs"}


class _Clock:
    """When requests were served last, and what of it is saved."""

    served = saved = saved_all = 0.0


def apply() -> None:
    """Note every request, and save beside them."""
    if persistence.PERSIST_STATE:
        for handler in ("_dispatch_service_request", "_handle_execute_api_request"):
            setattr(app, handler, _noting(getattr(app, handler)))
        persistence.save_state = _one_at_a_time(persistence.save_state)
        background.every(0.5, _save_if_due)


def _one_at_a_time(save: Callable[..., None]) -> Callable[..., None]:
    """Keep the save at a clean stop from meeting one that is under way: same file."""
    lock = threading.Lock()

    def save_state(service: str, data: Any) -> None:
        with lock:
            save(service, data)

    return save_state


def _noting(handle: Callable[..., Any]) -> Callable[..., Any]:
    async def noting(*args: Any, **kwargs: Any) -> Any:
        answer = await handle(*args, **kwargs)
        if answer is not None:
            _Clock.served = time.time()
        return answer

    return noting


def _save_if_due() -> None:
    now = time.time()
    paused = now - _Clock.served >= _PAUSE_SECONDS
    if paused and _Clock.saved_all < _Clock.served:
        _Clock.saved = _Clock.saved_all = now
        persistence.save_all(app._build_persistence_save_dict())
    elif _Clock.saved < _Clock.served and now - _Clock.saved >= _AT_THE_LATEST_SECONDS:
        _Clock.saved = now
        states = app._build_persistence_save_dict()
        persistence.save_all({k: v for k, v in states.items() if k not in _TELEMETRY})
