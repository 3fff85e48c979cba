"""The garbage collector stays off while modules load: importing this module turns it off.

What is loaded at start lives as long as the function does. Looking through it costs some 25 ms, and
without `freeze` the first request would pay them.
"""

from __future__ import annotations

import gc
from typing import TypeVar

gc.disable()
T = TypeVar("T")


def ready(handler: T) -> T:
    """The handler, once all is loaded: the collector is back, and leaves alone what is there."""
    gc.freeze()
    gc.enable()
    return handler
