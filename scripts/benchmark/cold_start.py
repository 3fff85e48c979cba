"""Cold starts under Lambda's own runtime client, against a small Lambda Runtime API.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 60
INVOCATION = {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": "0b7e5a1c-6c1f-4a0e-9a53-3d2f1f6a7c11",
    "Lambda-Runtime-Deadline-Ms": "4102444800000",
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:items",
}


@dataclass(frozen=True)
class ColdStart:
    """The seconds of a cold start, and what it led to."""

    init: float
    """From the start of the process until it asks for its first request: Lambda's INIT."""
    first_request: float
    """From then until the first request is answered."""
    answer: dict[str, Any]


def measure(
    command: list[str], environment: dict[str, str], cwd: str, event: dict[str, Any]
) -> ColdStart:
    """Start a function in a new process and see it through its first request."""
    api = RuntimeApi(event)
    address = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"}
    threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment | address, cwd=cwd, stdout=subprocess.DEVNULL
    )
    try:
        ready, _ = api.wait_for("next")
        answered, body = api.wait_for("response")
    finally:
        process.kill()
        process.wait()
        api.shutdown()
        api.server_close()
    return ColdStart(ready - started, answered - ready, json.loads(body))


class RuntimeApi(ThreadingHTTPServer):
    """Hands out an event, and notes when the function asked and answered."""

    daemon_threads = True

    def __init__(self, event: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.event = json.dumps(event).encode()
        self.said: queue.Queue[tuple[str, float, bytes]] = queue.Queue()

    def wait_for(self, expected: str) -> tuple[float, bytes]:
        """When the function said what is expected next, and the body it sent."""
        said, moment, body = self.said.get(timeout=PATIENCE_SECONDS)
        if said != expected:
            raise RuntimeError(f"The function said {said} instead of {expected}: {body.decode()}")
        return moment, body

    def handle_error(self, *_: Any) -> None:
        """Say nothing: the function is killed while it waits for its next event."""


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: RuntimeApi

    def do_GET(self) -> None:
        """`/runtime/invocation/next`."""
        self._note(b"")
        self.send_response(200)
        for name, value in INVOCATION.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.event)))
        self.end_headers()
        self.wfile.write(self.server.event)

    def do_POST(self) -> None:
        """`/runtime/invocation/<id>/response`, or `…/error`."""
        self._note(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _note(self, body: bytes) -> None:
        self.server.said.put((self.path.rpartition("/")[2], time.perf_counter(), body))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
