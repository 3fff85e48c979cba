"""The steps of the build: resolve, trim, compile, pack, and render the contract."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

Files = dict[str, bytes]
"""The content of an artifact: names within it, '/' separated, and what they hold."""


class BuildError(Exception):
    """What keeps an artifact from being built, in one line for the reader."""


def read_tree(root: Path, paths: Iterable[Path] | None = None) -> Files:
    """Read the files below a folder (or only those given) under their names relative to it."""
    found = root.rglob("*") if paths is None else paths
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in found if path.is_file()
    }


def write_tree(root: Path, files: Files) -> None:
    """Lay files out below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
