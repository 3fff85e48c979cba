"""Build the deployment artifacts for a target.

    python scripts/build.py --environment prod
    python scripts/build.py --target local
    python scripts/build.py --target python3.13-arm64

A target is a Lambda run-time and architecture; `local` is the interpreter and machine that run
this command. Writes `build/<target>/` with a zip for each function and layer and the copy of the
contract for API Gateway, and `build/manifest.json` with their hashes. The same sources give the
same bytes on every machine, in every folder, at any time.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from artifacts import BuildError, Files, archive, bytecode, contract, manifest, packages, read_tree
from artifacts import target as targets
from artifacts.lazy import make_lazy
from artifacts.target import Target
from artifacts.trim import trim

PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / "build"
MANIFEST = BUILD / "manifest.json"
LAYER_LOCK = PROJECT / "layer" / "requirements.txt"
AWS_OPERATIONS = PROJECT / "layer" / "aws_operations.json"
DOCS_LOCK = PROJECT / "functions" / "docs" / "requirements.txt"
# The package that carries Swagger UI, and the files of it that the page loads.
SWAGGER_UI = "drf-spectacular-sidecar"
SWAGGER_UI_FILES = "drf_spectacular_sidecar/static/drf_spectacular_sidecar/swagger-ui-dist"
SWAGGER_UI_NAMES = ("LICENSE", "swagger-ui-bundle.js", "swagger-ui.css")


def main() -> None:
    """Build the target that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--environment", metavar="ENV", help="the target that ENV is set to")
    chosen.add_argument("--target", help=targets.ALLOWED)
    arguments = parser.parse_args()
    try:
        target = arguments.target or target_of(arguments.environment)
        with only_one_build():
            build(targets.parse(target))
    except BuildError as error:
        sys.exit(f"error: {error}")


def target_of(environment: str) -> str:
    """Read the target of an environment from its settings."""
    folder = PROJECT / "terraform" / "environments"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if environment not in known:
        raise BuildError(f'There is no environment "{environment}": use {", ".join(known)}.')
    settings = YAML(typ="safe").load(folder / f"{environment}.yaml")
    if settings.get("local_aws"):
        return targets.LOCAL
    functions = settings.get("functions") or {}
    runtime = functions.get("runtime", "python3.13")
    return f"{runtime}-{functions.get('architecture', 'arm64')}"


@contextmanager
def only_one_build() -> Iterator[None]:
    """Wait for another build of this project to end."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(target: Target) -> None:
    """Bring `build/<target>/` and the manifest up to date, and say what was done."""
    started = time.monotonic()
    built = manifest.read(MANIFEST)
    sources = manifest.sources_digest(PROJECT)
    previous = built.get(target.name)
    interpreter = targets.find_interpreter(target)
    entry: manifest.Entry = {
        "runtime": target.runtime,
        "architecture": target.architecture,
        "bytecode": interpreter is not None,
        "sources": sources,
    }
    if previous and entry.items() <= previous.items() and manifest.is_intact(BUILD, previous):
        done, entry = "up to date", previous
    else:
        entry["artifacts"] = write_artifacts(target, make_artifacts(target, interpreter))
        manifest.write(MANIFEST, built | {target.name: entry})
        done = "built"
    report(target, entry, previous, f"{done} in {time.monotonic() - started:.1f} s")


def make_artifacts(target: Target, interpreter: str | None) -> Files:
    """Make the content of every artifact of a target."""
    document = contract.load(PROJECT / "api" / "openapi.yaml")
    functions = sorted(path.parent.name for path in PROJECT.glob("functions/*/handler.py"))
    made = {"api.json": contract.dump(contract.gateway_copy(document, functions))}
    for function in functions:
        extra = {"openapi.json": contract.dump(document)} if function == "docs" else {}
        made[f"{function}.zip"] = archive.pack(function_files(function, interpreter) | extra)
    made["catalog.zip"] = archive.pack(layer_files(target, interpreter))
    made["swagger_ui.zip"] = archive.pack(swagger_ui_files())
    return made


def function_files(function: str, interpreter: str | None) -> Files:
    """Collect a function's folder, without the lock files that only the build reads."""
    files = {
        name: content
        for name, content in read_tree(PROJECT / "functions" / function).items()
        if not name.startswith("requirements.") and "__pycache__" not in name
    }
    return with_bytecode(files, bytecode.FUNCTION_ROOT, interpreter)


def layer_files(target: Target, interpreter: str | None) -> Files:
    """Collect the run-time packages, trimmed, and the shared package."""
    layer = PROJECT / "layer"
    if not AWS_OPERATIONS.is_file():
        raise BuildError(f"{AWS_OPERATIONS} is missing.")
    own = read_tree(layer, layer.glob("catalog/**/*.py"))

    def resolve(folder: Path) -> Files:
        packages.install_runtime(LAYER_LOCK, target, folder)
        trimmed = trim(read_tree(folder), json.loads(AWS_OPERATIONS.read_text()))
        return with_bytecode(make_lazy(trimmed), bytecode.LAYER_ROOT, interpreter)

    files = cached(f"layer-{target.name}", [LAYER_LOCK, AWS_OPERATIONS], interpreter, resolve)
    files |= with_bytecode(own, bytecode.LAYER_ROOT, interpreter)
    return {f"python/{name}": content for name, content in files.items()}


def swagger_ui_files() -> Files:
    """Collect what the documentation page loads of the locked Swagger UI release."""

    def resolve(folder: Path) -> Files:
        packages.install_one(SWAGGER_UI, DOCS_LOCK, folder)
        return {name: (folder / SWAGGER_UI_FILES / name).read_bytes() for name in SWAGGER_UI_NAMES}

    files = cached("swagger-ui", [DOCS_LOCK], None, resolve)
    return {f"python/swagger_ui/{name}": content for name, content in files.items()}


def with_bytecode(files: Files, prefix: str, interpreter: str | None) -> Files:
    """Add byte-code where an interpreter of the target's version is at hand."""
    if interpreter is None:
        return files
    return files | bytecode.compile_modules(files, prefix, interpreter)


def cached(
    name: str, inputs: list[Path], interpreter: str | None, make: Callable[[Path], Files]
) -> Files:
    """Return what `make` keeps of the packages it installs in a folder; once per set of inputs."""
    steps = sorted((PROJECT / "scripts" / "artifacts").glob("*.py"))
    digest = hashlib.sha256(interpreter_version(interpreter))
    for path in [*inputs, *steps]:
        digest.update(path.read_bytes() if path.is_file() else b"")
    cache = BUILD / ".cache" / name
    kept = cache / f"{digest.hexdigest()}.zip"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            files = make(Path(folder))
        shutil.rmtree(cache, ignore_errors=True)
        manifest.write_atomically(kept, archive.pack(files))
    return archive.unpack(kept.read_bytes())


def interpreter_version(interpreter: str | None) -> bytes:
    """Ask for the exact version: patch releases compile differently."""
    if interpreter is None:
        return b""
    return subprocess.run([interpreter, "-VV"], capture_output=True, check=True).stdout


def write_artifacts(target: Target, made: Files) -> manifest.Entry:
    """Put these artifacts and no others in the target's folder; return the manifest's lines."""
    folder = BUILD / target.name
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in made:
            path.unlink()
    for name, content in made.items():
        manifest.write_atomically(folder / name, content)
    return {
        name: {
            "path": f"{target.name}/{name}",
            "sha256": manifest.lambda_digest(content),
            "bytes": len(content),
        }
        for name, content in sorted(made.items())
    }


def report(
    target: Target, entry: manifest.Entry, previous: manifest.Entry | None, done: str
) -> None:
    """Print what was built, its size, and whether it differs from what was there before."""
    console = Console(highlight=False, soft_wrap=True)
    compiled = "with byte-code" if entry["bytecode"] else "without byte-code"
    console.print(f"{target.name}: {target.runtime} {target.architecture}, {compiled}, {done}")
    before = previous["artifacts"] if previous else {}
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, artifact in entry["artifacts"].items():
        unchanged = before.get(name, {}).get("sha256") == artifact["sha256"]
        size = f"{artifact['bytes'] / 1000:,.1f} kB"
        table.add_row(f"  {name}", size, "unchanged" if unchanged else "new")
    console.print(table)
    if not entry["bytecode"]:
        console.print(
            f"No Python {target.python} was found to compile with: "
            f"cold starts take longer. Install it and build again."
        )


if __name__ == "__main__":
    main()
