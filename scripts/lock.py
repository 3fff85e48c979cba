"""Resolve the requirements (`*.in`) anew and lock them by hash (`*.txt`).

python scripts/lock.py
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# The tests' lock holds what the scripts' and the functions' do, in the same versions.
NAMES = (
    "scripts/bootstrap",
    "scripts/requirements",
    "scripts/local_aws/requirements",
    "scripts/linters",
    "layer/requirements",
    "functions/docs/requirements",
    "tests/requirements",
    "tests/benchmarks/requirements",
)
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=make lock",
    "--upgrade",
    "--quiet",
)


def main() -> None:
    """Lock every file of requirements."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    for name in NAMES:
        print(f"{name}.txt", flush=True)
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS]
        subprocess.run(
            [*command, f"{name}.in", f"--output-file={name}.txt"], cwd=PROJECT, check=True
        )


if __name__ == "__main__":
    main()
