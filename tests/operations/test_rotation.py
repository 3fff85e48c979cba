"""When a key counts as live while it is rotated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import rotate_keys
from stack import StackError

Serve = Callable[[int], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts an API that answers everything with one status, and returns its URL."""
    servers: list[HTTPServer] = []

    def serve(status: int) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [200, 429, 503])
def test_a_key_that_was_let_in_is_live(serve: Serve, status: int) -> None:
    rotate_keys.require_live(serve(status), "key", "web")


@pytest.mark.parametrize("status", [403, 404, 500, 502])
def test_a_key_of_which_nobody_knows_is_not(
    serve: Serve, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotate_keys, "PROPAGATION_SECONDS", 0)

    with pytest.raises(StackError, match=f"The key of web does not work: {status}"):
        rotate_keys.require_live(serve(status), "key", "web")
