"""Holds answers of the running API against the contract."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import schemathesis
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.unit.contract import document

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@functools.cache
def _schema() -> Any:
    return schemathesis.openapi.from_dict(document())


def _complete(response: httpx.Response) -> httpx.Response:
    """A copy with the time that it took, which httpx sets after its event hooks."""
    copy = httpx.Response(
        response.status_code,
        headers=response.headers,
        content=response.content,
        request=response.request,
    )
    copy.elapsed = timedelta()
    return copy


def _path_parameters(template: str, path: str) -> dict[str, str]:
    segments = zip(template.split("/"), path.split("/"), strict=True)
    return {name[1:-1]: value for name, value in segments if name.startswith("{")}


def keeps_to_contract(base_url: str) -> Callable[[httpx.Response], None]:
    """An event hook of httpx that fails a test at the first answer that breaks the contract."""

    def check(response: httpx.Response) -> None:
        path = str(response.request.url).removeprefix(base_url).partition("?")[0]
        method = response.request.method
        found = _schema().find_operation_by_path(method, path)
        if found is None:
            return  # no operation of the contract: a method or a path that it does not have
        operation = _schema()[found.path][method]  # schemathesis finds GET where HEAD is asked for
        response.read()
        case = operation.Case(path_parameters=_path_parameters(operation.path, path))
        case.validate_response(_complete(response), checks=CHECKS)

    return check
