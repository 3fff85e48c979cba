"""Change the code that must not be wrong in small ways, one by one: a unit test must notice each.

    python scripts/mutation.py

Takes a quarter of an hour. Fails when fewer mutants are noticed than docs/mutation.md promises.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LEAST_KILLED = 0.85  # the rest is explained in docs/mutation.md
MUTATED = (
    "auth/cognito",
    "auth/service",
    "http/caller",
    "http/preconditions",
    "http/rate_limit",
    "items/cursor",
    "items/model",
    "items/repository",
    "limits",
)
# Of the repository the writes, whose conditions nothing else guards.
MUTANTS = (
    "catalog.auth.*",
    "catalog.http.*",
    "catalog.limits.*",
    "catalog.items.model.*",
    "catalog.items.cursor.*",
    "catalog.items.repository.x__condition*",
    "catalog.items.repository.x__refused*",
    "catalog.items.repository.x__replay*",
    "catalog.items.repository.*ǁcreate*",
    "catalog.items.repository.*ǁ_put_with*",
    "catalog.items.repository.*ǁreplace*",
    "catalog.items.repository.*ǁdelete*",
)
TESTS = (
    "auth",
    "auth_safety",
    "callers",
    "cursor",
    "faults",
    "idempotency",
    "items",
    "limits",
    "model",
    "rate_limit",
)
COPIED = ("api", "functions", "scripts", "tests")


def main() -> None:
    """Run mutmut, show the mutants that survived, and fail if they are too many."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        mutmut(folder, "run", *MUTANTS)
        listed = mutmut(folder, "results", "--all=true")
        results = dict(re.findall(r"^\s*(\S+): (.+)$", listed, re.MULTILINE))
        tried = {name: result for name, result in results.items() if result != "not checked"}
        survivors = [name for name, result in tried.items() if result == "survived"]
        for name in survivors:
            print(mutmut(folder, "show", name))
    print(f"{len(tried)} mutants, {len(survivors)} survived")
    if len(survivors) > (1 - LEAST_KILLED) * len(tried) or not tried:
        sys.exit(f"error: fewer than {LEAST_KILLED:.0%} of the mutants were noticed")


def prepare(folder: Path) -> None:
    """Copy the project, with the package where mutmut expects one: at the root."""
    for name in COPIED:
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copytree(PROJECT / "layer" / "catalog", folder / "catalog")
    settings = {
        "source_paths": ["catalog"],
        "only_mutate": [f"catalog/{name}.py" for name in MUTATED],
        "also_copy": [*COPIED, "pyproject.toml"],
        # mutmut runs pytest several times in one process: a logger would keep a captured stream.
        "pytest_add_cli_args": ["--capture=no"],
        "pytest_add_cli_args_test_selection": [f"tests/unit/test_{name}.py" for name in TESTS],
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    tools = (PROJECT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text("\n".join([tools, "[tool.mutmut]", *lines]))


def mutmut(folder: str, *arguments: str) -> str:
    """Run mutmut and return what it prints."""
    command = [str(Path(sys.executable).parent / "mutmut"), *arguments]
    answer = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    if answer.returncode != 0:
        sys.exit(f"error: mutmut failed\n{answer.stdout[-3000:]}{answer.stderr}")
    return answer.stdout


if __name__ == "__main__":
    main()
