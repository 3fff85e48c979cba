"""Make `terraform/` ready for an environment: backend, provider, workspace.

    python3 scripts/terraform_init.py ENV [--upgrade]

`local` keeps its state in a file, the others in the S3 bucket that `make bootstrap` made. The
provider comes from its registry or, where that does not answer, from a provider mirror:
$TF_PLUGIN_DIR, else the first one under the home folder, /usr/local/share, /usr/share or /opt.
Does nothing when all is in place.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TERRAFORM = PROJECT / "terraform"
ENVIRONMENTS = TERRAFORM / "environments"
BACKEND_CONFIG = ENVIRONMENTS / "backend.hcl"
BACKEND_OVERRIDE = TERRAFORM / "backend_override.tf"
# Beside the data of the local AWS, which it describes, and not where Terraform looks unasked: it
# would offer to copy the laptop's state to the S3 bucket.
LOCAL_BACKEND = """# Written by scripts/terraform_init.py: the laptop keeps its state in a file.
terraform {
  backend "local" {
    workspace_dir = "../.local-aws/terraform"
  }
}
"""

OLDEST_TERRAFORM = (1, 11)  # the S3 backend locks by itself from here on
PROVIDER = "registry.terraform.io/hashicorp/aws/5.100.0"
MIRROR_ROOTS = (Path.home(), Path("/usr/local/share"), Path("/usr/share"), Path("/opt"))
MIRROR_DEPTH = 3
# A registry that cannot be reached is noticed in seconds instead of minutes.
IMPATIENT = {"TF_REGISTRY_DISCOVERY_RETRY": "0", "TF_REGISTRY_CLIENT_TIMEOUT": "10"}


class InitError(Exception):
    """Why Terraform cannot be made ready, in one sentence."""


def environments() -> list[str]:
    """Return the names of the environments, in alphabetical order."""
    return sorted(path.stem for path in ENVIRONMENTS.glob("*.yaml"))


def run_terraform(
    *arguments: str, folder: Path, extra: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Terraform in a folder, without questions, and return what it said."""
    environment = {**os.environ, **(extra or {}), "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    environment.pop("TF_WORKSPACE", None)  # it would win over the workspace selected here
    return subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments],
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )


def check_version() -> None:
    """Refuse to go on without Terraform, or with one that is too old."""
    wanted = ".".join(map(str, OLDEST_TERRAFORM))
    advice = (
        f"Install Terraform {wanted} or newer: https://developer.hashicorp.com/terraform/install"
    )
    if shutil.which("terraform") is None:
        raise InitError(f"Terraform is not on the PATH. {advice}")
    answer = run_terraform("version", "-json", folder=PROJECT)
    version = str(json.loads(answer.stdout)["terraform_version"])
    if tuple(map(int, version.split("-")[0].split(".")[:2])) < OLDEST_TERRAFORM:
        raise InitError(f"Terraform {version} is too old. {advice}")


def folders(root: Path, depth: int) -> Iterator[Path]:
    """Yield a folder and those below it, nearest first, to a depth, without hidden build trees."""
    level = [root]
    for _ in range(depth + 1):
        yield from level
        level = [child for folder in level for child in subfolders(folder)]


def subfolders(folder: Path) -> list[Path]:
    """Return the real folders in a folder; none where it may not be read."""
    try:
        return sorted(
            child for child in folder.iterdir() if child.is_dir() and not child.is_symlink()
        )
    except OSError:
        return []


def find_mirror() -> Path | None:
    """Return the folder of a provider mirror, or None."""
    if chosen := os.environ.get("TF_PLUGIN_DIR"):
        return Path(chosen)
    for root in MIRROR_ROOTS:
        for folder in folders(root, MIRROR_DEPTH):
            if (folder / PROVIDER).is_dir():
                return folder
    return None


def explain(output: str) -> str:
    """Return the first error in what Terraform said, on one line."""
    text = re.sub(r"\x1b\[[0-9;]*m|[│╷╵]", "", output)
    _, found, error = text.partition("Error:")
    return " ".join((error if found else text).split())


def init(folder: Path, *arguments: str) -> None:
    """Run `terraform init`, with the provider from the registry or else from a mirror.

    The lock file names the provider's hashes, so a mirror can hold no other provider.
    """
    command = ("init", "-no-color", "-input=false", *arguments)
    online = run_terraform(*command, folder=folder, extra=IMPATIENT)
    if online.returncode == 0:
        return
    mirror = find_mirror()
    if mirror is None or "registry.terraform.io" not in online.stderr:
        raise InitError(f"terraform init failed: {explain(online.stderr)}")
    offline = run_terraform(*command, f"-plugin-dir={mirror}", folder=folder)
    if offline.returncode != 0:
        raise InitError(
            f"terraform init failed with the mirror {mirror}: {explain(offline.stderr)}"
        )


def configure_backend(environment: str) -> list[str]:
    """Choose where the state is kept, and return the arguments that say so."""
    if environment == "local":
        if read(BACKEND_OVERRIDE) != LOCAL_BACKEND:  # a Terraform at work may be reading it
            BACKEND_OVERRIDE.write_text(LOCAL_BACKEND)
        return []
    if not BACKEND_CONFIG.exists():
        raise InitError(
            f"{BACKEND_CONFIG.relative_to(PROJECT)} is missing: run `make bootstrap` once, "
            "which makes the bucket for the state."
        )
    BACKEND_OVERRIDE.unlink(missing_ok=True)
    return [f"-backend-config={BACKEND_CONFIG}"]


def fingerprint() -> str:
    """Return the hash of all that `terraform init` reads."""
    digest = hashlib.sha256(str(TERRAFORM).encode())
    modules = (TERRAFORM / "modules").glob("*/*.tf")
    files = [*TERRAFORM.glob("*.tf"), *modules, TERRAFORM / ".terraform.lock.hcl", BACKEND_CONFIG]
    for path in sorted(files):
        if path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def select_workspace(environment: str) -> None:
    """Select the environment's workspace, made where it is absent."""
    answer = run_terraform("workspace", "select", "-or-create", environment, folder=TERRAFORM)
    if answer.returncode != 0:
        raise InitError(f"The workspace could not be selected: {explain(answer.stderr)}")


def prepare(environment: str, *, upgrade: bool = False) -> None:
    """Make Terraform ready for an environment."""
    if environment not in environments():
        raise InitError(
            f'There is no environment "{environment}": use {", ".join(environments())}.'
        )
    arguments = configure_backend(environment)
    data = TERRAFORM / ".terraform"
    stamp, selected = data / "initialised", data / "environment"
    done = f"{environment} {fingerprint()}"
    if not upgrade and read(stamp) == done and read(selected) == environment:
        return
    check_version()
    # What was selected belongs to the former backend, and may not exist in the new one.
    selected.unlink(missing_ok=True)
    init(TERRAFORM, "-reconfigure", *arguments, *(["-upgrade"] if upgrade else []))
    select_workspace(environment)
    stamp.write_text(f"{environment} {fingerprint()}")  # an upgrade has changed the lock file


def read(path: Path) -> str:
    """Return a file's text, or nothing."""
    return path.read_text() if path.exists() else ""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", metavar="ENV", help=", ".join(environments()))
    parser.add_argument("--upgrade", action="store_true", help="take newer provider versions")
    arguments = parser.parse_args()
    try:
        prepare(arguments.environment, upgrade=arguments.upgrade)
    except InitError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
