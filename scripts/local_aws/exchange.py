"""One exchange through a REST API's stage, from the request to the answer.

MiniStack keeps what it knows of a request in the local variables of a function. The shims of
the data plane (access logs, metrics, the proxy event, gateway responses) need the same facts,
so they share this record of the exchange that is under way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from local_aws.emulator import gateway, scope

_log = logging.getLogger("local_aws")
_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
_listeners: list[Callable[[Exchange], None]] = []


@dataclass
class Exchange:
    """A request to a stage and, once it is given, its answer. Times are in milliseconds."""

    request: dict[str, Any]  # MiniStack's own record: api_id, stage, headers, request_id, …
    method: str
    path: str
    account: str
    region: str
    arrived: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)
    api_key: dict[str, Any] | None = None
    claims: dict[str, Any] = field(default_factory=dict)  # of the user's token
    error: Any = None  # the MiniStack _GatewayError that was answered, if one was
    integration_latency: int | None = None
    integration_error: str | None = None
    status: int = 0
    response_length: int = 0
    latency: int = 0

    @property
    def source_ip(self) -> str:
        """The address of the connection, as API Gateway has it: not what a header claims."""
        return str(scope.get_request_client_ip())

    def header(self, name: str) -> str:
        """Return a request header, or an empty string."""
        return str(gateway._header_ci(self.request["headers"], name))

    def milliseconds(self) -> int:
        """How long the exchange has taken so far."""
        return round((time.perf_counter() - self.started) * 1000)


def current() -> Exchange | None:
    """Return the exchange that is under way in this context, if any."""
    return _current.get()


def on_answer(listener: Callable[[Exchange], None]) -> None:
    """Have `listener` called with every exchange, after its answer is handed over."""
    install()
    _listeners.append(listener)


def install() -> None:
    """Have MiniStack keep the record; done once, by whichever shim comes first."""
    if gateway._handle_execute_in_scope is _handle:
        return
    gateway._handle_execute_in_scope = _handle
    gateway._check_api_key = _noting_the_key(gateway._check_api_key)
    gateway._authorize_request_v1 = _noting_the_claims(gateway._authorize_request_v1)
    gateway._call_lambda_raw = _timing_the_integration(gateway._call_lambda_raw)


async def _handle(
    api_id: str,
    stage_name: str,
    method: str,
    path: str,
    headers: dict[str, Any],
    body: bytes,
    query_params: dict[str, Any],
    account: str,
    region: str,
) -> Any:
    """MiniStack's `_handle_execute_in_scope`, keeping the record."""
    request = {
        "api_id": api_id,
        "stage_name": stage_name,
        "stage": None,
        "headers": headers or {},
        "query_params": query_params or {},
        "path_params": {},
        "resource_path": "",
        "request_id": str(scope.new_uuid()),
    }
    exchange = Exchange(request, method, path, account, region)
    token = _current.set(exchange)
    try:
        answer = await _answer(exchange, body)
    finally:
        _current.reset(token)
    exchange.status, answer_headers, content = answer
    answer_headers["x-amzn-requestid"] = request["request_id"]
    exchange.response_length = 0 if method == "HEAD" else len(content)
    exchange.latency = exchange.milliseconds()
    asyncio.get_running_loop().call_soon(_tell, exchange)
    return answer


async def _answer(exchange: Exchange, body: bytes) -> Any:
    request = exchange.request
    try:
        answer = await gateway._execute_in_scope(
            request, request["api_id"], request["stage_name"], exchange.method, exchange.path,
            request["headers"], body, request["query_params"], exchange.account, exchange.region,
        )  # fmt: skip
    except Exception:
        _log.exception("%s %s failed inside the emulator", exchange.method, exchange.path)
        answer = gateway._GatewayError("DEFAULT_5XX", "Internal server error")
    if isinstance(answer, gateway._GatewayError):
        exchange.error = answer
        # A stage that does not exist has no gateway responses; MiniStack answers that itself.
        answer = gateway._gateway_error_response(answer, request)
    return answer


def _tell(exchange: Exchange) -> None:
    for listener in _listeners:
        try:
            listener(exchange)
        except Exception:
            _log.exception("%s failed", listener.__module__)


def _noting_the_key(check: Callable[..., Any]) -> Callable[..., Any]:
    def noting(*args: Any) -> Any:
        error, key = check(*args)
        exchange = current()
        if exchange is not None:
            exchange.api_key = key
        return error, key

    return noting


def _noting_the_claims(authorize: Callable[..., Any]) -> Callable[..., Any]:
    async def noting(*args: Any, **kwargs: Any) -> Any:
        error, context = await authorize(*args, **kwargs)
        exchange = current()
        if exchange is not None:
            exchange.claims = (context or {}).get("claims", {})
        return error, context

    return noting


def _timing_the_integration(call: Callable[..., Any]) -> Callable[..., Any]:
    async def timing(*args: Any, **kwargs: Any) -> Any:
        exchange = current()
        began = time.perf_counter()
        try:
            result, error = await call(*args, **kwargs)
        finally:
            if exchange is not None:
                exchange.integration_latency = round((time.perf_counter() - began) * 1000)
        if exchange is not None and error:
            exchange.integration_error = str(error)
        return result, error

    return timing
