"""What is compared, each packed the way it would be deployed.

The Catalog API is measured from its artifacts. The others are folders under
`tests/benchmarks/contenders/`, packed with the packages that they need, in locked versions, and
with the same kind of byte-code that the Catalog API's build makes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import build
from artifacts import BuildError, archive, bytecode, read_tree, write_tree
from artifacts import target as targets

SOURCES = build.PROJECT / "tests" / "benchmarks" / "contenders"
LOCK = build.PROJECT / "tests" / "benchmarks" / "requirements.txt"
PACKED = build.BUILD / "benchmark"
CATALOG, BARE, EMPTY = "catalog", "bare_boto3", "empty"
# Folder -> what the table calls it, in the order of the table.
NAMES = {
    CATALOG: "**Catalog API**",
    BARE: "bare boto3 (no validation, logs or metrics)",
    "powertools_pydantic": "Powertools, pydantic (logs, metrics)",
    "fastapi_mangum": "FastAPI, Mangum, pydantic (no logs or metrics)",
    "chalice_app": "Chalice (no validation, logs or metrics)",
    EMPTY: "an empty handler",
}
# Of Chalice's own requirements, its packager deploys two files; the others serve its command line.
DEPLOYED = {
    "chalice_app": (
        r"chalice/(__init__|app)\.py",
        r"(boto3|botocore|dateutil|jmespath|s3transfer|urllib3)/.*",
        r"six\.py",
    )
}


@dataclass(frozen=True)
class Contender:
    """A handler ready to run: folders as Lambda has them, and the sizes of its zips."""

    name: str
    task: Path
    """What Lambda unpacks to /var/task: `handler.py` and, without a layer, all it imports."""
    layer: Path
    zipped: int
    """Bytes of its zips."""

    @property
    def python_path(self) -> str:
        """Where its modules are found."""
        return os.pathsep.join([str(self.task), str(self.layer)])


def pack_all() -> list[Contender]:
    """Pack all contenders; what was packed from the same sources stays."""
    with build.only_one_build():
        build.build(targets.parse(targets.LOCAL))
        return [pack_catalog() if name == CATALOG else pack(name) for name in NAMES]


def pack_catalog() -> Contender:
    """Unpack the artifacts of the function `items` and of the layer."""
    built, root = build.BUILD / targets.LOCAL, PACKED / CATALOG
    zips = [(built / name).read_bytes() for name in ("items.zip", "catalog.zip")]
    shutil.rmtree(root, ignore_errors=True)
    write_tree(root / "task", archive.unpack(zips[0]))
    write_tree(root / "opt", archive.unpack(zips[1]))
    return Contender(CATALOG, root / "task", root / "opt" / "python", sum(map(len, zips)))


def without_limiter(catalog: Contender) -> Contender:
    """The same function with nobody limited, to see what the limiter adds."""
    task = PACKED / "catalog_unlimited"
    shutil.rmtree(task, ignore_errors=True)
    handler = (catalog.task / "handler.py").read_text()
    limited = "limiter=limiter(config), "
    if limited not in handler:
        raise BuildError(f"functions/items/handler.py has no {limited!r}.")
    write_tree(task, {"handler.py": handler.replace(limited, "").encode()})
    compile_in_place(task)
    return Contender(catalog.name, task, catalog.layer, catalog.zipped)


def pack(name: str) -> Contender:
    """Pack a contender as one zip, with byte-code."""
    sources, root = SOURCES / name, PACKED / name
    inputs = [LOCK, Path(__file__), *sorted(sources.glob("*")), *sorted(SOURCES.glob("shared/*"))]
    digest = hashlib.sha256(sys.version.encode())
    for path in inputs:
        digest.update(path.read_bytes() if path.is_file() else b"")
    stamp = root / "packed.txt"
    kept, _, size = (stamp.read_text() if stamp.exists() else "").partition(" ")
    if kept != digest.hexdigest():
        shutil.rmtree(root, ignore_errors=True)
        size = str(_pack(name, sources, root / "task"))
        stamp.write_text(f"{digest.hexdigest()} {size}")
    return Contender(name, root / "task", root / "none", int(size))


def _pack(name: str, sources: Path, task: Path) -> int:
    if (sources / "requirements.in").exists():
        install(task, "-r", str(sources / "requirements.in"))
        write_tree(task, read_tree(SOURCES / "shared", SOURCES.glob("shared/*.py")))
    write_tree(task, read_tree(sources, sources.glob("*.py")))
    files = read_tree(task)
    for path in files:
        if not _is_deployed(name, path):
            (task / path).unlink()
    compile_in_place(task)
    return len(archive.pack(read_tree(task)))


def _is_deployed(name: str, path: str) -> bool:
    own = "/" not in path and path != "six.py"
    return name not in DEPLOYED or own or any(re.fullmatch(p, path) for p in DEPLOYED[name])


def pack_runtime_client() -> Path:
    """Install Lambda's runtime client, which loads and calls the handlers."""
    pins = [line.split()[0] for line in LOCK.read_text().splitlines()]
    (pin,) = (pin for pin in pins if pin.startswith("awslambdaric=="))
    folder = PACKED / pin
    if not folder.exists():
        install(folder, pin)
        compile_in_place(folder)
    return folder


def install(folder: Path, *wanted: str) -> None:
    """Unpack packages in their locked versions."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(folder)]
    options = ["--link-mode=copy", "--require-hashes", "--constraint", str(LOCK)]
    subprocess.run([*command, *options, *wanted], check=True)


def compile_in_place(folder: Path) -> None:
    """Compile as the Catalog API's build does: valid whatever the times of the files."""
    command = [sys.executable, "-s", "-S", "-P", bytecode.__file__, str(folder)]
    subprocess.run([*command, bytecode.FUNCTION_ROOT], check=True)
