"""Errors as problems (RFC 9457). No text of AWS or Python is ever among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog import errors
from catalog.items.cursor import InvalidCursorError

# draft-ietf-httpapi-ratelimit-headers-11, 5.1
_IANA_TYPES = {"quota-exceeded": "https://iana.org/assignments/http-problem-types#quota-exceeded"}


class Problem(Exception):  # noqa: N818 - the RFC's word
    """An answer that is an error. `errors` says where in the request, field by field."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        violated_policies: list[str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers or {}
        self._members: dict[str, Any] = {
            "type": _IANA_TYPES.get(slug, f"urn:catalog:problem:{slug}"),
            "title": title,
            "status": status,
            "detail": detail,
        }
        self._more = {"errors": errors, "violated-policies": violated_policies}

    def body(self, request_id: str) -> dict[str, Any]:
        """The members of the problem."""
        more = {name: value for name, value in self._more.items() if value}
        members = self._members | {"requestId": request_id} | more
        return _encodable(members)  # type: ignore[no-any-return]


def _encodable(value: Any) -> Any:
    """The value without the lone surrogates that a request may have brought."""
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case list():
            return [_encodable(each) for each in value]
        case dict():
            return {name: _encodable(each) for name, each in value.items()}
    return value


def bad_parameter(name: str, detail: str) -> Problem:
    """400: a parameter or a header is not what the contract says."""
    return Problem(
        400,
        "invalid-parameter",
        "Invalid parameter",
        f"{name}: {detail}",
        errors=[{"parameter": name, "detail": detail}],
    )


def bad_body(detail: str, pointer: str | None = None) -> Problem:
    """400: the body is not what the contract says; the pointer (RFC 6901) says where."""
    where = {} if pointer is None else {"pointer": pointer}
    return Problem(
        400,
        "invalid-body",
        "Invalid request body",
        "The request body does not match the contract.",
        errors=[where | {"detail": detail}],
    )


def of(error: Exception) -> Problem:
    """The problem that an error of the domain is; any other is an internal one."""
    if isinstance(error, Problem):
        return error
    make = _PROBLEMS.get(type(error))
    if make is None:
        detail = "An unexpected fault. Quote the request id when you report it."
        return Problem(500, "internal-error", "Internal server error", detail)
    return make(error)


def _precondition_failed(error: errors.PreconditionFailedError) -> Problem:
    headers = {"ETag": f'"{error.version}"'}
    title = "Precondition failed"
    return Problem(412, "precondition-failed", title, str(error), headers=headers)


def _unprocessable(error: errors.UnprocessableError) -> Problem:
    where = [{"pointer": error.pointer, "detail": str(error)}]
    detail = "The patch does not lead to a valid item."
    return Problem(422, "invalid-result", "Unprocessable content", detail, errors=where)


def _rate_limited(error: errors.RateLimitedError) -> Problem:
    return Problem(
        429,
        "quota-exceeded",
        "Request cannot be satisfied as assigned quota has been exceeded",
        str(error),
        headers={"Retry-After": str(error.wait)},
        violated_policies=[error.policy],
    )


def _unavailable(error: errors.UnavailableError) -> Problem:
    detail = f"{error} Wait as Retry-After says."
    headers = {"Retry-After": str(error.wait)}
    return Problem(503, "unavailable", "Service unavailable", detail, headers=headers)


_PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    errors.NotFoundError: lambda error: Problem(404, "not-found", "Not found", str(error)),
    errors.PreconditionFailedError: _precondition_failed,
    errors.ConflictError: lambda error: Problem(
        409, "conflict", "Conflict", str(error), headers={"Retry-After": "1"}
    ),
    errors.UnprocessableError: _unprocessable,
    errors.IdempotencyKeyReusedError: lambda error: Problem(
        422, "idempotency-key-reused", "Idempotency key reused", str(error)
    ),
    errors.RateLimitedError: _rate_limited,
    errors.InvalidCredentialsError: lambda error: Problem(
        401, "invalid-credentials", "Invalid credentials", str(error)
    ),
    errors.InvalidTokenError: lambda error: Problem(
        401, "invalid-token", "Invalid token", str(error)
    ),
    errors.InvalidCodeError: lambda error: Problem(422, "invalid-code", "Invalid code", str(error)),
    errors.AuthenticatorInUseError: lambda error: Problem(
        409, "authenticator-in-use", "Authenticator in use", str(error)
    ),
    errors.UnavailableError: _unavailable,
    InvalidCursorError: lambda _: bad_parameter(
        "cursor", "Expected the nextCursor of a page with the same filters and order."
    ),
}
