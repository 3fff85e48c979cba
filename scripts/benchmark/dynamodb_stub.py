"""DynamoDB's side of the wire: canned answers over kept-alive connections, as fast as can be.

    python dynamodb_stub.py

Prints its port and serves until it is stopped. So a request's time is the handler's and botocore's
own, not a database's.
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from typing import Any

PAGE = 25
COUNT_UPDATES = b"CountUpdates"  # asks the stub itself
ROW: dict[str, Any] = {
    "id": {"S": "01JQ7Z3N5E8WXTB9V4KMR2C6HD"},
    "name": {"S": "Walnut desk"},
    "description": {"S": "Solid wood, 160 x 80 cm"},
    "price": {"M": {"amount": {"S": "449.00"}, "currency": {"S": "EUR"}}},
    "quantity": {"N": "12"},
    "status": {"S": "active"},
    "tags": {"L": [{"S": "furniture"}, {"S": "office"}]},
    "attributes": {"S": '{"weightKg":38.5,"assembled":false,"wood":"walnut"}'},
    "version": {"N": "1"},
    "createdAt": {"S": "2026-01-01T12:00:00.000Z"},
    "updatedAt": {"S": "2026-01-01T12:00:00.000Z"},
    "ownerId": {"S": "catalog"},
    "ownerShard": {"S": "catalog#0"},
    "createdAtId": {"S": "2026-01-01T12:00:00.000Z#01JQ7Z3N5E8WXTB9V4KMR2C6HD"},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "PutItem": {},
    "GetItem": {"Item": ROW},
    # A bucket that is always full: what is measured is the limiter's work, not its refusals.
    "UpdateItem": {"Attributes": {"id": {"S": "read#k1a2b3c4d5"}, "tat": {"N": "0"}}},
    "Query": {"Items": [ROW] * PAGE, "Count": PAGE, "ScannedCount": PAGE},
}


def response(body: dict[str, Any]) -> bytes:
    """An answer with the headers that DynamoDB sends."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Server: Server\r\n"
        "Content-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(content)}\r\n"
        "Connection: keep-alive\r\n"
        "x-amzn-RequestId: 7T2K5J4B0S8V6N9QHM3RXCWAPFVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n"
        f"x-amz-crc32: {zlib.crc32(content)}\r\n\r\n"
    )
    return head.encode() + content


RESPONSES = {operation.encode(): response(body) for operation, body in ANSWERS.items()}


class DynamoDbStub(asyncio.Protocol):
    """One connection of a client."""

    updates = 0
    """How many updates all connections have brought."""

    def connection_made(self, transport: Any) -> None:
        """Note where answers go."""
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator or len(body) < int(_header(head, b"Content-Length")):
            return
        self._received = b""  # a client waits for each answer: nothing follows
        operation = _header(head, b"X-Amz-Target").partition(b".")[2]
        if operation == COUNT_UPDATES:
            self._transport.write(response({"updates": DynamoDbStub.updates}))
            return
        DynamoDbStub.updates += operation == b"UpdateItem"
        self._transport.write(RESPONSES[operation])


def _header(head: bytes, name: bytes) -> bytes:
    match = re.search(rb"\r\n" + name + rb": *([^\r]*)", head, re.IGNORECASE)
    return match[1] if match else b"0"


async def serve() -> None:
    """Listen on a free port of the loopback interface."""
    server = await asyncio.get_running_loop().create_server(DynamoDbStub, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
