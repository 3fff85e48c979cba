"""What all tests share: the environment of the code under test, and the order in which they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from tests.unit.gateway import ENVIRONMENT

# Botocore and Powertools read it when they are loaded, whichever test loads them first.
os.environ.update(ENVIRONMENT)


@pytest.fixture(autouse=True)
def _nothing_counted_is_left() -> Iterator[None]:
    """Metrics wait in the process for the line of a request, which not every test makes."""
    yield
    if telemetry := sys.modules.get("catalog.telemetry"):
        telemetry.metrics.clear_metrics()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the group that takes longest first: one worker runs it while the others do the rest."""
    items.sort(key=lambda item: "operations" not in groups(item))


def groups(item: pytest.Item) -> list[str]:
    """The names of a test's xdist groups."""
    return [str(mark.args[0]) for mark in item.iter_markers("xdist_group") if mark.args]
