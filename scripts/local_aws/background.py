"""Work that the local AWS repeats beside its requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger("local_aws")


def every(seconds: float, work: Callable[[], None]) -> None:
    """Run `work` again and again on a thread of its own, `seconds` apart."""

    def repeat() -> None:
        while True:
            time.sleep(seconds)
            try:
                work()
            except Exception:
                _log.exception("%s failed", work.__qualname__)

    threading.Thread(target=repeat, daemon=True, name=f"local-aws-{work.__name__}").start()
