"""`build/manifest.json`: what was built from which sources, for Terraform and the next build."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

Entry = dict[str, Any]

# All that an artifact depends on. `terraform/` computes the same digest, to refuse stale artifacts.
SOURCES = (
    "api/openapi.yaml",
    "functions/**/*.py",
    "functions/**/*.txt",
    "functions/docs/static/*",
    "layer/**/*.py",
    "layer/*.txt",
    "layer/*.json",
    "scripts/build.py",
    "scripts/artifacts/*.py",
)


def sources_digest(project: Path) -> str:
    """Compute the SHA-256 over the names and contents of all sources."""
    found = {path for pattern in SOURCES for path in project.glob(pattern) if path.is_file()}
    names = sorted(path.relative_to(project).as_posix() for path in found)
    lines = [
        f"{name}:{hashlib.sha256((project / name).read_bytes()).hexdigest()}" for name in names
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def lambda_digest(content: bytes) -> str:
    """Compute the SHA-256 as Lambda writes it, in `source_code_hash`."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def read(path: Path) -> dict[str, Entry]:
    """Return the targets that were built; none when there is no manifest that can be read."""
    try:
        targets = json.loads(path.read_text())["targets"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(targets)


def write(path: Path, targets: dict[str, Entry]) -> None:
    """Replace the manifest."""
    document = {"targets": dict(sorted(targets.items()))}
    write_atomically(path, f"{json.dumps(document, indent=2)}\n".encode())


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file: a reader sees the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(content)
    os.replace(temporary, path)


def is_intact(build: Path, entry: Entry) -> bool:
    """Whether all artifacts of an entry are there as they were written."""
    try:
        return all(
            lambda_digest((build / artifact["path"]).read_bytes()) == artifact["sha256"]
            for artifact in entry["artifacts"].values()
        )
    except OSError:
        return False
