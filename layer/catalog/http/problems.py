"""Errors as problems (RFC 9457). No text of AWS or Python is ever among them."""

from __future__ import annotations

from typing import Any

from catalog import errors
from catalog.items.cursor import InvalidCursorError

RETRY_AFTER_SECONDS = 1


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
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers or {}
        self._members: dict[str, Any] = {
            "type": f"urn:catalog:problem:{slug}",
            "title": title,
            "status": status,
            "detail": detail,
        }
        self._errors = errors

    def body(self, request_id: str) -> dict[str, Any]:
        """The members of the problem."""
        listed = {"errors": self._errors} if self._errors else {}
        return self._members | {"requestId": request_id} | listed


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
    match error:
        case Problem():
            return error
        case errors.NotFoundError():
            return Problem(404, "not-found", "Not found", str(error))
        case errors.PreconditionFailedError(version=version):
            title, headers = "Precondition failed", {"ETag": f'"{version}"'}
            return Problem(412, "precondition-failed", title, str(error), headers=headers)
        case errors.ConflictError():
            return Problem(409, "conflict", "Conflict", str(error), headers=_retry_after())
        case errors.UnprocessableError(pointer=pointer):
            detail, where = "The patch does not lead to a valid item.", {"pointer": pointer}
            listed = [where | {"detail": str(error)}]
            return Problem(422, "invalid-result", "Unprocessable content", detail, errors=listed)
        case errors.IdempotencyKeyReusedError():
            return Problem(422, "idempotency-key-reused", "Idempotency key reused", str(error))
        case errors.UnavailableError():
            detail = f"{error} Wait as Retry-After says."
            title, headers = "Service unavailable", _retry_after()
            return Problem(503, "unavailable", title, detail, headers=headers)
        case InvalidCursorError():
            return bad_parameter(
                "cursor", "Expected the nextCursor of a page with the same filters and order."
            )
    return Problem(500, "internal", "Internal server error", "An unexpected fault. It is logged.")


def _retry_after() -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER_SECONDS)}
