"""Real builds of a copy of the project, made once for all tests and all workers."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from artifacts import Files, archive, manifest

PROJECT = Path(__file__).resolve().parents[2]
TARGETS = ("local", "python3.13-arm64")


@dataclass(frozen=True)
class Copy:
    """A copy of what the build reads, in a folder of its own."""

    root: Path

    def build(self, target: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "scripts/build.py", "--target", target],
            cwd=self.root,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def entry(self, target: str) -> manifest.Entry:
        return manifest.read(self.root / "build" / "manifest.json")[target]

    def content(self, target: str, artifact: str) -> bytes:
        return (self.root / "build" / target / artifact).read_bytes()

    def unpacked(self, target: str, artifact: str) -> Files:
        return archive.unpack(self.content(target, artifact))

    def zips(self, target: str) -> list[str]:
        return [name for name in self.entry(target)["artifacts"] if name.endswith(".zip")]


def copy_project(root: Path) -> Copy:
    ignored = shutil.ignore_patterns("__pycache__", "local_aws")
    for folder in ("api", "functions", "layer", "scripts"):
        shutil.copytree(PROJECT / folder, root / folder, ignore=ignored)
    return Copy(root)


Make = Callable[[str, Callable[[Copy], None]], Copy]


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Make:
    """Make a copy of the project on first use; the other workers wait for it and share it."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent

    def make(name: str, prepare: Callable[[Copy], None]) -> Copy:
        root = shared / name
        with (shared / f"{name.replace('/', '-')}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not root.exists():
                prepare(copy_project(root))
        return Copy(root)

    return make


@pytest.fixture(scope="session")
def built(make_once: Make) -> Copy:
    def prepare(copy: Copy) -> None:
        for target in TARGETS:
            done = copy.build(target)
            assert done.returncode == 0, done.stderr

    return make_once("built", prepare)


@pytest.fixture(scope="session")
def built_elsewhere(make_once: Make) -> Copy:
    """The same sources with other times and modes, in another folder, under other settings."""

    def prepare(copy: Copy) -> None:
        for path in copy.root.rglob("*"):
            if path.is_file():
                path.chmod(0o700)
                os.utime(path, (10**9, 10**9))
        for target in reversed(TARGETS):
            done = copy.build(target, PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C")
            assert done.returncode == 0, done.stderr

    return make_once("elsewhere/with a space", prepare)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy that a test may change, with nothing built."""
    return copy_project(tmp_path / "copy")
