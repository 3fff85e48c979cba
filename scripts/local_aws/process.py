"""Start, stop and look at the local AWS, a background process of this checkout.

    python scripts/local_aws/process.py start|stop|status|logs|reset [--port N]

Needs the standard library only: it is imported by `make up` before anything is installed.
All that the process keeps lies in `.local-aws/`. `LOCAL_AWS_PORT` sets the port as well.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
DEFAULT_PORT = 4566
REGION = "eu-west-1"
ACCOUNT_ID = "000000000000"
# The administrator of the local AWS: its IAM lets this key do everything. Not a secret.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0
_INHERITED = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


class LocalAwsError(Exception):
    """What went wrong and what to do, in a sentence for the user."""


@dataclass(frozen=True)
class Server:
    """A running local AWS. `started` is the process's own start time: pids are used again."""

    pid: int
    started: str
    port: int
    fingerprint: str

    @property
    def endpoint(self) -> str:
        """Its URL, for `AWS_ENDPOINT_URL`."""
        return f"http://{HOST}:{self.port}"


class LocalAws:
    """The local AWS of one checkout, or with another `home`, one for a test.

    `without` names shims to leave out, see `server.py`.
    """

    def __init__(self, home: Path = PROJECT / ".local-aws", without: str = "") -> None:
        self.home = home
        self.without = without
        self.log = self.home / "server.log"
        self._pid_file = self.home / "server.pid"

    def running(self) -> Server | None:
        """Return the server that was started from this checkout, if it lives."""
        try:
            server = Server(**json.loads(self._pid_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return server if _start_time(server.pid) == server.started else None

    def start(self, port: int = DEFAULT_PORT) -> Server:
        """Have it run on `port`, with the code as it stands now; does nothing if it does.

        Raises LocalAwsError when the port is taken or the server does not come up.
        """
        fingerprint = self._fingerprint()
        server = self.running()
        if server is not None:
            if (server.port, server.fingerprint) == (port, fingerprint) and _healthy(port):
                return server
            if server.port != port:
                _require_free(port)  # else the one that works would be stopped for nothing
            self.stop()
        _require_free(port)
        return self._spawn(port, fingerprint)

    def stop(self) -> bool:
        """Stop it, letting it save its state; False when it was not running."""
        server = self.running()
        if server is not None:
            os.kill(server.pid, signal.SIGTERM)
            _wait_for_end(server)
            # The processes of functions are in the server's group.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(server.pid, signal.SIGKILL)
        self._pid_file.unlink(missing_ok=True)
        return server is not None

    def reset(self) -> None:
        """Stop it and forget all that it stored."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _spawn(self, port: int, fingerprint: str) -> Server:
        python = PROJECT / ".venv-local-aws" / "bin" / "python"
        if not python.exists():
            raise LocalAwsError(
                "its environment is missing: python3 scripts/virtualenvs.py local-aws"
            )
        shutil.rmtree(self.home / "tmp", ignore_errors=True)
        for folder in ("state", "s3", "tmp"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [python, Path(__file__).with_name("server.py")],
                cwd=self.home,
                env=self._environment(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # outlives the shell; its own process group
            )
        server = Server(process.pid, _start_time(process.pid) or "", port, fingerprint)
        self._pid_file.write_text(json.dumps(asdict(server)))
        deadline = time.monotonic() + _START_SECONDS
        while not _healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise LocalAwsError(f"it did not start; see {self.log}\n{_tail(self.log)}")
            time.sleep(0.05)
        return server

    def _environment(self, port: int) -> dict[str, str]:
        """MiniStack's settings and no more: functions inherit what the server has."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return inherited | {
            "AUTH": "true",  # IAM is enforced
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "HOME": str(self.home),  # functions shall not find ~/.aws
            "IOT_MTLS_ENABLED": "0",  # it would listen on every interface
            "LOCAL_AWS_WITHOUT": self.without,
            "LOG_LEVEL": "WARNING",
            "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "S3_DATA_DIR": str(self.home / "s3"),
            "S3_PERSIST": "1",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(self.home / "state"),
            "TMPDIR": str(self.home / "tmp"),
        }  # fmt: skip

    def _fingerprint(self) -> str:
        """Of the code that the server runs: when it changes, `start` starts it anew."""
        digest = hashlib.sha256()
        folder = Path(__file__).parent
        for file in sorted([*folder.rglob("*.py"), folder / "requirements.txt"]):
            if file != Path(__file__):
                digest.update(file.read_bytes())
        digest.update(self.without.encode())
        return digest.hexdigest()


def chosen_port() -> int:
    """Return the port to listen on: LOCAL_AWS_PORT, else 4566. Raises LocalAwsError."""
    text = os.environ.get("LOCAL_AWS_PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise LocalAwsError(f'LOCAL_AWS_PORT is "{text}": use a port from 1024 to 65535.')
    return int(text)


def _start_time(pid: int) -> str | None:
    """When a process started, in the system's own words; None when it does not live."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # After the command's name, which may hold anything: field 3 state, field 22 start.
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


def _wait_for_end(server: Server) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while _start_time(server.pid) == server.started:
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGKILL)
            break
        time.sleep(0.02)
    with suppress(ChildProcessError):  # of the caller, when it started the server itself
        os.waitpid(server.pid, 0)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise LocalAwsError(
                f"port {port} is taken{_holder(port)}. "
                f"Free it, or take another: LOCAL_AWS_PORT={port + 1} make up"
            ) from None


def _holder(port: int) -> str:
    """Which process listens on the port, when the system tells."""
    with suppress(OSError, IndexError, ValueError):
        found = subprocess.run(
            ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"],
            capture_output=True, text=True, check=False,
        ).stdout.split()  # fmt: skip
        return f" by {found[1][1:]} (pid {int(found[0][1:])})"
    return ""


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _status(local_aws: LocalAws) -> str:
    server = local_aws.running()
    if server is None:
        return "The local AWS is not running."
    health = "answers" if _healthy(server.port) else "does not answer"
    return f"The local AWS {health} at {server.endpoint} (pid {server.pid})."


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description="Start, stop and look at the local AWS, a background process of this checkout."
    )
    parser.add_argument("action", choices=("start", "stop", "status", "logs", "reset"))
    parser.add_argument(
        "--port",
        type=int,
        help="where it listens, on 127.0.0.1 (default: LOCAL_AWS_PORT, or 4566)",
    )
    arguments = parser.parse_args()
    local_aws = LocalAws()
    try:
        match arguments.action:
            case "start":
                local_aws.start(chosen_port() if arguments.port is None else arguments.port)
            case "stop":
                local_aws.stop()
            case "reset":
                local_aws.reset()
            case "logs":
                print(_tail(local_aws.log, 200) if local_aws.log.exists() else "No logs yet.")
    except LocalAwsError as error:
        sys.exit(f"error: the local AWS: {error}")
    if arguments.action != "logs":
        print(_status(local_aws))


if __name__ == "__main__":
    main()
