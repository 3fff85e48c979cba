"""Change the code that must not be wrong in small ways, one by one: a unit test must notice each.

    python scripts/mutation.py

Takes some minutes. Fails when a mutant survives that docs/mutation.md does not explain.
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
EXPLAINED = PROJECT / "docs" / "mutation.md"
MUTATED = ("items/model", "items/cursor", "items/repository", "http/preconditions")
TESTS = ("model", "cursor", "items", "lists", "idempotency", "faults")
COPIED = ("api", "functions", "scripts", "tests")


def main() -> None:
    """Run mutmut, show the mutants that survived, and fail if one is not explained."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        mutmut = str(Path(sys.executable).parent / "mutmut")
        run = subprocess.run([mutmut, "run"], cwd=folder, text=True, capture_output=True)
        if run.returncode != 0:
            sys.exit(run.stdout[-3000:] + run.stderr)
        listed = subprocess.run(
            [mutmut, "results", "--all=true"],
            cwd=folder,
            text=True,
            capture_output=True,
            check=True,
        )
        results = dict(re.findall(r"^\s*(\S+): (.+)$", listed.stdout, re.MULTILINE))
        survivors = [name for name, result in results.items() if result != "killed"]
        unexplained = [name for name in survivors if not is_explained(name)]
        print(f"{len(results)} mutants, {len(survivors)} survived, {len(unexplained)} unexplained")
        for name in unexplained:
            print(f"\n{results[name]}:")
            subprocess.run([mutmut, "show", name], cwd=folder, check=True)
    if unexplained or not results:
        sys.exit(1)


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


def is_explained(name: str) -> bool:
    """Whether the page names the mutant."""
    return EXPLAINED.exists() and f"`{name}`" in EXPLAINED.read_text()


if __name__ == "__main__":
    main()
