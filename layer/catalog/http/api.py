"""A function's API: routes in, answers out, one log line a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

from catalog import telemetry
from catalog.http import caller, problems, rate_limit
from catalog.http import event as events
from catalog.http.event import Event
from catalog.http.problems import Problem

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from catalog.limits import Limiter

Answer = dict[str, Any]

_ALWAYS = {
    "Cache-Control": ["no-store"],
    "Strict-Transport-Security": ["max-age=63072000"],
    "Vary": ["Origin"],
    "X-Content-Type-Options": ["nosniff"],
}
_CORS_MAX_AGE_SECONDS = 7200  # the longest that browsers keep a preflight
_CORS_REQUEST_HEADERS = ["Idempotency-Key", "If-Match", "If-None-Match"]
_CORS_RESPONSE_HEADERS = [
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-Id",
]


def json_answer(value: object, status: int = 200, **headers: str) -> Response[str]:
    """An answer in JSON. Header names are written with underscores: `Cache_Control="no-store"`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = msgspec.json.encode(value).decode()
    return Response(status, "application/json", body, headers=named)


class Api(APIGatewayRestResolver):
    """Routes of one function. Calling it with an event of API Gateway is the Lambda handler.

    Every failure becomes a problem; HEAD is answered where GET is; other methods are 405.
    """

    def __init__(
        self,
        origins: Iterable[str],
        limiter: Limiter | None = None,
        costs: Mapping[str, str] | None = None,
    ) -> None:
        """Without a limiter, callers are not limited.

        Arguments:
            origins: whose pages may read answers; `*` for all.
            limiter: takes a token from the caller before a request reaches its route.
            costs: route, such as `GET /items`, or `*` → its cost class. Else GET is a `read` and
                all other methods are a `write`.

        """
        super().__init__(cors=_cors(list(origins)))
        self._limiter = limiter
        self._costs = costs or {}
        self._cold_start = True
        self._request_id = ""
        if limiter:
            self.use([_take_token])
        self.not_found(self._no_route)
        self.exception_handler(Exception)(self._failed)

    def __call__(self, event: Event, context: LambdaContext) -> Answer:
        """Answer a request."""
        started = time.perf_counter()
        self._request_id = _request_id(event, context)  # one at a time, as Lambda has it
        telemetry.logger.append_keys(request_id=self._request_id)
        if self._limiter:
            self._limiter.standings.clear()
        answer = self._answer(event, context)
        headers = _ALWAYS | {"X-Request-Id": [self._request_id]}
        if self._limiter:
            headers |= rate_limit.fields(self._limiter.standings)
        answer["multiValueHeaders"] = headers | answer.get("multiValueHeaders", {})
        self._log(event, answer, time.perf_counter() - started)
        return answer

    def _answer(self, event: Event, context: LambdaContext) -> Answer:
        request = events.read(event)
        if request is None:
            telemetry.logger.warning("malformed event")
            telemetry.count("HandledError")
            detail = "The event is not a request of API Gateway."
            problem = Problem(400, "malformed-event", "Bad request", detail)
            return _problem_answer(problem, self._request_id)
        if request["httpMethod"] != "HEAD":
            return self.resolve(request, context)
        return self.resolve(request | {"httpMethod": "GET"}, context) | {"body": ""}

    def take_token(self) -> None:
        """Have the caller pay for the request. A browser's preflight is free."""
        event = self.current_event.raw_event
        if self._limiter and event["httpMethod"] != "OPTIONS":
            cost = rate_limit.cost_class(self._costs, event["httpMethod"], event.get("resource"))
            self._limiter.take(cost, caller.principal(event))

    def _failed(self, error: Exception) -> Response[str]:
        problem = problems.of(error)
        telemetry.count("HandledError" if problem.status < 500 else "ServerError")
        if problem.status >= 500:
            telemetry.fault("unavailable" if problem.status == 503 else "unexpected fault", error)
        return self._problem(problem)

    def _no_route(self, _: NoRouteError) -> Response[str]:
        """405 where the path exists with other methods (RFC 9110, 15.5.6), else 404."""
        path, method = self.current_event.path, self.current_event.http_method
        routes = self._static_routes + self._dynamic_routes
        methods = {route.method for route in routes if route.rule.match(path)}
        if not methods:
            return self._failed(
                Problem(404, "not-found", "Not found", "There is no such resource.")
            )
        if "GET" in methods:
            methods.add("HEAD")
        if self._cors:
            methods.add("OPTIONS")
        allow = ", ".join(sorted(methods))
        detail = f"{method} is not allowed here; allowed: {allow}."
        title, headers = "Method not allowed", {"Allow": allow}
        return self._failed(Problem(405, "method-not-allowed", title, detail, headers=headers))

    def _problem(self, problem: Problem) -> Response[str]:
        body = msgspec.json.encode(problem.body(self._request_id)).decode()
        headers = dict(problem.headers)
        return Response(problem.status, "application/problem+json", body, headers=headers)

    def _log(self, event: Event, answer: Answer, seconds: float) -> None:
        """One line a request, its metrics included. Neither payloads nor keys are ever in it."""
        context = _member(event, "requestContext")
        telemetry.request(
            route=f"{context.get('httpMethod')} {context.get('resourcePath')}",
            status=answer["statusCode"],
            latency_ms=round(seconds * 1000, 2),
            client=_member(context, "identity").get("apiKeyId"),
            cold_start=self._cold_start,
        )
        self._cold_start = False


def _take_token(api: Api, route: Callable[[Api], Response[str]]) -> Response[str]:
    """A function of the router's, which inspects those once; a method at each request."""
    api.take_token()
    return route(api)


def _cors(origins: list[str]) -> CORSConfig | None:
    if not origins:
        return None
    return CORSConfig(
        allow_origin=origins[0],
        extra_origins=origins[1:],
        allow_headers=_CORS_REQUEST_HEADERS,
        expose_headers=_CORS_RESPONSE_HEADERS,
        max_age=_CORS_MAX_AGE_SECONDS,
    )


def _request_id(event: Any, context: LambdaContext) -> str:
    """API Gateway's id of the request, which its access log and its own errors carry too."""
    return str(_member(event, "requestContext").get("requestId") or context.aws_request_id)


def _member(value: Any, name: str) -> dict[str, Any]:
    """An object within an object, empty if either is not one: the event may be malformed."""
    member = value.get(name) if isinstance(value, dict) else None
    return member if isinstance(member, dict) else {}


def _problem_answer(problem: Problem, request_id: str) -> Answer:
    return {
        "statusCode": problem.status,
        "multiValueHeaders": {"Content-Type": ["application/problem+json"]},
        "body": msgspec.json.encode(problem.body(request_id)).decode(),
        "isBase64Encoded": False,
    }
