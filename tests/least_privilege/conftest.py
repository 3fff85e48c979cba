"""A stack of its own: rights are taken from its functions."""

from __future__ import annotations

from tests.operations.conftest import checkout

__all__ = ["checkout"]
