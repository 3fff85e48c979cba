"""What all tests share: the order in which they run."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the group that takes longest first: one worker runs it while the others do the rest."""
    items.sort(key=lambda item: "operations" not in groups(item))


def groups(item: pytest.Item) -> list[str]:
    """The names of a test's xdist groups."""
    return [str(mark.args[0]) for mark in item.iter_markers("xdist_group") if mark.args]
