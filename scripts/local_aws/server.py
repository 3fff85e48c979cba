"""The local AWS: MiniStack with the shims applied, in the foreground.

Run by `.venv-local-aws/bin/python`, as `process.py` does: the settings are MiniStack's
environment variables. `LOCAL_AWS_WITHOUT=<shim>,<shim>` (or `all`) leaves shims out, so that a
test can tell when MiniStack has caught up.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# `scripts/` instead of this folder: the package is `local_aws`, and nothing shadows the library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from local_aws import shims  # noqa: E402
from local_aws.emulator import app  # noqa: E402


def main() -> None:
    """Apply the shims and serve until SIGTERM."""
    without = os.environ.pop("LOCAL_AWS_WITHOUT", "")
    shims.apply(without=frozenset(filter(None, without.split(","))))
    app.main()


if __name__ == "__main__":
    main()
