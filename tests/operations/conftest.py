"""A checkout of the project with a stack of its own, to be stopped, broken and destroyed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from tests.local_aws.conftest import free_port

from local_aws.process import CREDENTIALS, REGION
from users import Users

PROJECT = Path(__file__).resolve().parents[2]
# What `make test` tells its own children must not reach the commands under test.
OF_THE_TEST_RUN = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ENV", "TF_WORKSPACE"}
USER = "operations@example.com"
Finished = subprocess.CompletedProcess[str]
Json = dict[str, Any]


class Checkout:
    """A copy of the project's sources that shares its virtual environments, on its own port."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        copy_sources(root)
        for environment in (".venv", ".venv-local-aws"):
            (root / environment).symlink_to(PROJECT / environment)
        shutil.copytree(PROJECT / "build", root / "build")
        self.up = self.make("up")

    def run(self, *command: str, **variables: str) -> Finished:
        """Run a command in the checkout, as a user's shell would."""
        inherited = {k: v for k, v in os.environ.items() if k not in OF_THE_TEST_RUN}
        port = {"LOCAL_AWS_PORT": str(self.port), "TF_VAR_local_aws_port": str(self.port)}
        return subprocess.run(
            command,
            cwd=self.root,
            env=inherited | port | {"COLUMNS": "200"} | variables,
            text=True,
            capture_output=True,
            check=False,
        )

    def make(self, *arguments: str, **variables: str) -> Finished:
        """Run make."""
        return self.run("make", "--silent", *arguments, **variables)

    def python(self, *arguments: str) -> Finished:
        """Run a script of the project."""
        return self.run(".venv/bin/python", *arguments)

    def terraform(self, *arguments: str) -> Finished:
        """Run Terraform as an operator does, in the workspace that is selected."""
        return self.run("terraform", "-chdir=terraform", *arguments)

    def outputs(self) -> Json:
        """What Terraform says of the stack."""
        values = json.loads(self.terraform("output", "-json").stdout)
        return {name: output["value"] for name, output in values.items()}

    def aws(self, service: str) -> Any:
        """A client of the checkout's local AWS, with the administrator's rights."""
        key, secret = CREDENTIALS.values()
        session = boto3.Session(key, secret, region_name=REGION)
        return session.client(service, endpoint_url=f"http://127.0.0.1:{self.port}")  # type: ignore[call-overload]

    def users(self) -> Users:
        """The users of this checkout's stack."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LOCAL_AWS_PORT", str(self.port))
            return Users("local", self.outputs())

    def headers(self) -> dict[str, str]:
        """What a request needs: a key of the client `tests`, and a token of this checkout's user.

        The user is made the first time. Later ones get a new password, and keep their items.
        """
        outputs, users = self.outputs(), self.users()
        token = users.token(USER, users.make(USER, reset=True))
        key = outputs["api_keys"]["tests"]["1"]
        return {"x-api-key": key, "Authorization": f"Bearer {token}"}

    def api(self) -> httpx.Client:
        """A client of the API for the user of this checkout."""
        url = self.outputs()["api_url"]
        return httpx.Client(base_url=url, headers=self.headers(), timeout=30)

    def processes(self) -> list[str]:
        """The commands of all living processes that run anything of this checkout."""
        listing = subprocess.run(
            ["ps", "-eo", "stat=,args="], capture_output=True, text=True, check=True
        ).stdout
        return [line for line in listing.splitlines() if f"{self.root}/" in line and line[0] != "Z"]


def copy_sources(target: Path) -> None:
    """Copy what the project's repository holds, as it stands now."""
    listing = ["git", "-C", str(PROJECT), "ls-files", "-co", "--exclude-standard"]
    files = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    for name in files.splitlines():
        if (PROJECT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)


def succeeded(answer: Finished) -> str:
    """What a command printed, once it is known to have worked."""
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


class Traffic:
    """Calls an API all the time until it is told to stop, and remembers what went wrong."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.headers = headers  # may be changed on the way
        self.answered = 0
        self.failures: list[str] = []
        self._url = url
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def wait_for_more(self, requests: int = 10) -> None:
        """Let some more requests pass."""
        wanted, deadline = self.answered + requests, time.monotonic() + 20
        while self.answered < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.answered >= wanted

    def _run(self) -> None:
        with httpx.Client(timeout=30) as client:
            while not self._stopped.wait(0.07):  # below every rate that a user has
                self._call(client)
                self.answered += 1

    def _call(self, client: httpx.Client) -> None:
        try:
            answer = client.get(f"{self._url}/items?limit=1", headers=self.headers)
        except httpx.HTTPError as error:
            self.failures.append(repr(error))
        else:
            if answer.status_code != httpx.codes.OK:
                self.failures.append(f"{answer.status_code} {answer.text}")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout on which `make up` has been run."""
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    yield checkout
    checkout.python("scripts/local_aws/process.py", "reset")
