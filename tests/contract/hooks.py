"""What OpenAPI 3.0 cannot say of a valid request, said to schemathesis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import schemathesis

LONGEST_ATTRIBUTE_NAME = 40
FILTERS = {"status", "tag", "updatedSince", "order"}
ENTITY_TAGS = re.compile(r'\*|(W/)?".*"')
pages: dict[str, dict[str, Any]] = {}
"""The filters of the page that gave out a cursor."""


@schemathesis.hook
def before_call(_context: Any, case: schemathesis.Case[Any], **_options: Any) -> None:
    """Mend what only looks valid; what is wrong on purpose stays so."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    if case.query:
        case.query = _with_its_own_filters(case.query)
    for name in ("If-Match", "If-None-Match"):
        # schemathesis fills parameters that have no example with `0`, whatever their pattern.
        if name in case.headers and not ENTITY_TAGS.fullmatch(case.headers[name]):
            del case.headers[name]
    if isinstance(case.body, dict) and isinstance(case.body.get("attributes"), dict):
        _mend_names(case.body)


@schemathesis.hook
def after_call(_context: Any, case: schemathesis.Case[Any], response: Any) -> None:
    """Keep the cursors that pages give out."""
    if case.operation.label == "GET /items" and response.status_code == 200:
        query = case.query or {}
        if cursor := response.json().get("nextCursor"):
            pages[cursor] = {name: query[name] for name in query if name in FILTERS}


def _with_its_own_filters(query: Mapping[str, Any]) -> dict[str, Any]:
    """A cursor is authenticated: only those given out are accepted, with the same filters."""
    cursor = query.get("cursor")
    if cursor in pages:
        rest = {name: value for name, value in query.items() if name not in FILTERS}
        return rest | pages[cursor]
    return {name: value for name, value in query.items() if name != "cursor"}


def _mend_names(body: dict[str, Any]) -> None:
    """Names have 1 to 40 characters, for which OpenAPI 3.0 has no `propertyNames`."""
    body["attributes"] = {
        name[:LONGEST_ATTRIBUTE_NAME] or "name": value for name, value in body["attributes"].items()
    }
