"""Resolve third-party packages from their lock files: the same wheels on every machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from artifacts import BuildError
from artifacts.target import Target

PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}


def install_runtime(lock: Path, target: Target, folder: Path) -> None:
    """Unpack the wheels of a lock file that fit the target's Python and architecture."""
    platform = [] if target.is_local else ["--python-platform", PLATFORMS[target.architecture]]
    _read(lock)
    _install(folder, target.name, "--python-version", target.python, *platform, "-r", str(lock))


def install_one(package: str, lock: Path, folder: Path) -> None:
    """Unpack one package of a lock file without what it depends on."""
    pins = [line.split()[0] for line in _read(lock) if line.startswith(f"{package}==")]
    if not pins:
        raise BuildError(f"{lock} does not lock {package}.")
    # As a constraint, the lock file gives the hashes without asking for its other packages.
    _install(folder, package, "--no-deps", pins[0], "--constraint", str(lock))


def _install(folder: Path, wanted: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(folder)]
    # Copied, not linked: what is trimmed must not be trimmed in uv's cache.
    options = ["--link-mode", "copy", "--require-hashes", "--only-binary", ":all:"]
    done = subprocess.run([*command, *options, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        reason = " ".join(re.findall(r"[\x21-\x7e]+", done.stderr))  # without its drawn frame
        raise BuildError(
            f"the packages for {wanted} cannot be installed: {reason.removeprefix('error: ')}"
        )


def _read(lock: Path) -> list[str]:
    try:
        return lock.read_text().splitlines()
    except OSError:
        raise BuildError(f"{lock} is missing: `make lock` writes it.") from None
