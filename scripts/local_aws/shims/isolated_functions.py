"""Gap: functions see the Python packages of MiniStack.

On AWS a function sees the run-time's packages, its layers and its own code. MiniStack runs it
with the interpreter of its own virtual environment, so a package that is missing from the zip
(botocore, jmespath, yaml) would be found there. The shim takes the interpreter that the
environment was made from, without the user's packages.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from local_aws.emulator import lambda_runtime


def apply() -> None:
    """Run functions on the base interpreter."""
    os.environ["PYTHONNOUSERSITE"] = "1"  # functions inherit this environment
    lambda_runtime._detect_runtime_binary = _on_base_interpreter(
        lambda_runtime._detect_runtime_binary
    )


def _on_base_interpreter(detect: Callable[..., Any]) -> Callable[..., Any]:
    def detect_runtime_binary(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (sys._base_executable if binary == sys.executable else binary), script  # type: ignore[attr-defined]

    return detect_runtime_binary
