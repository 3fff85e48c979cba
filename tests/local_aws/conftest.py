"""One local AWS with the shims and one without, each with a small API deployed."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))

from tests.local_aws.stack import Stack

from local_aws.process import LocalAws


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from _stack(LocalAws(tmp_path_factory.mktemp("shimmed")))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from _stack(LocalAws(tmp_path_factory.mktemp("bare"), without="all"))


def _stack(local_aws: LocalAws) -> Iterator[Stack]:
    server = local_aws.start(free_port())
    try:
        yield Stack(server.endpoint).deploy()
    finally:
        local_aws.stop()
        shutil.rmtree(local_aws.home)
