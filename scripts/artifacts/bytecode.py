"""Byte-code that stays valid wherever a zip is unpacked, and never differs between two builds.

Run as a script by the target's interpreter (`python bytecode.py FOLDER PREFIX`), it compiles
all modules below a folder. Always in a process of its own: `marshal` writes an object that
something else holds too differently, so that the history of a process shows in its `.pyc`.
"""

from __future__ import annotations

import glob
import os
import py_compile
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

FUNCTION_ROOT = "/var/task"
LAYER_ROOT = "/opt/python"


def compile_modules(files: dict[str, bytes], prefix: str, interpreter: str) -> dict[str, bytes]:
    """Make the `.pyc` files of all modules among `files`.

    Parameters
    ----------
    files
        What is packed, by its name below `prefix`.
    prefix
        Where Lambda unpacks it: the path that tracebacks show.
    interpreter
        A Python of the target's version.

    """
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            if name.endswith(".py"):
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        # `-s -S -P` and the empty environment keep the user's settings and packages out.
        subprocess.run(
            [interpreter, "-s", "-S", "-P", __file__, folder, prefix],
            env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            check=True,
        )
        compiled = Path(folder).rglob("*.pyc")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in compiled}


def compile_folder(folder: str, prefix: str) -> None:
    """Compile each module next to itself, in an order that does not depend on the disk."""
    warnings.simplefilter("ignore")  # what third-party code is warned of is not ours to fix
    for name in sorted(glob.glob("**/*.py", root_dir=folder, recursive=True)):
        py_compile.compile(
            os.path.join(folder, name),
            dfile=f"{prefix}/{name}",
            doraise=True,
            # Checked against neither time nor content: a zip's times mean nothing.
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


if __name__ == "__main__":
    compile_folder(*sys.argv[1:])
