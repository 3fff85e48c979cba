"""What an artifact is built for: a Python version and a processor architecture."""

from __future__ import annotations

import glob
import os
import platform
import re
import sys
from dataclasses import dataclass

import virtualenvs  # knows where interpreters are kept
from artifacts import BuildError

LOCAL = "local"
ALLOWED = "`local` or `pythonX.Y-arm64|x86_64`, such as `python3.13-arm64`"


@dataclass(frozen=True)
class Target:
    """A Lambda run-time and architecture; `local` is the interpreter and machine of the build."""

    name: str
    python: str
    architecture: str

    @property
    def runtime(self) -> str:
        """The run-time as Lambda names it."""
        return f"python{self.python}"

    @property
    def is_local(self) -> bool:
        """Whether packages of this machine are wanted rather than Lambda's."""
        return self.name == LOCAL


def parse(name: str) -> Target:
    """Return the target of a name, or say what a name looks like."""
    if name == LOCAL:
        machine = platform.machine().lower()
        architecture = "arm64" if machine in {"arm64", "aarch64"} else "x86_64"
        return Target(name, "{}.{}".format(*sys.version_info), architecture)
    match = re.fullmatch(r"python(3\.\d+)-(arm64|x86_64)", name)
    if not match:
        raise BuildError(f"there is no target `{name}`: it is {ALLOWED}.")
    return Target(name, *match.groups())


def find_interpreter(target: Target) -> str | None:
    """Find an interpreter that compiles for the target, if this machine has one."""
    version = target.python
    patterns = [
        os.path.expanduser(pattern.format(version)) for pattern in virtualenvs.VERSION_MANAGERS
    ]
    installed = [path for pattern in patterns for path in sorted(glob.glob(pattern))]
    candidates = [sys.executable, f"python{version}", *installed]
    return next((path for path in candidates if virtualenvs.is_python(path, version)), None)
