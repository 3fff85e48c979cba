"""Gap: CloudWatch Logs Insights' saved queries are unknown.

On AWS PutQueryDefinition, DescribeQueryDefinitions and DeleteQueryDefinition keep them
(CloudWatch Logs API Reference). They are saved with the other state of MiniStack's logs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from local_aws.emulator import logs, scope

_STATE = "query_definitions"
_definitions: Any = scope.AccountRegionScopedDict()
Json = dict[str, Any]


def apply() -> None:
    """Answer the three actions, and add the definitions to the state."""
    logs.handle_request = _routing(logs.handle_request)
    logs.get_state = _saving(logs.get_state)
    logs.load_persisted_state = _loading(logs.load_persisted_state)


def _routing(handle: Callable[..., Any]) -> Callable[..., Any]:
    async def handle_request(
        method: str, path: str, headers: Json, body: bytes, query_params: Json
    ) -> Any:
        action = _ACTIONS.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if action is None:
            return await handle(method, path, headers, body, query_params)
        return action(json.loads(body))

    return handle_request


def _put(data: Json) -> Any:
    definition_id = data.get("queryDefinitionId") or str(scope.new_uuid())
    if data.get("queryDefinitionId") and definition_id not in _definitions:
        return _not_found()
    data.pop("clientToken", None)
    _definitions[definition_id] = {
        **data,
        "queryDefinitionId": definition_id,
        "lastModified": int(time.time() * 1000),
    }
    return scope.json_response({"queryDefinitionId": definition_id})


def _describe(data: Json) -> Any:
    prefix = data.get("queryDefinitionNamePrefix") or ""
    found = [each for each in _definitions.values() if each["name"].startswith(prefix)]
    found.sort(key=lambda each: each["name"])
    return scope.json_response({"queryDefinitions": found})


def _delete(data: Json) -> Any:
    if _definitions.pop(data["queryDefinitionId"], None) is None:
        return _not_found()
    return scope.json_response({"success": True})


def _not_found() -> Any:
    return scope.error_response_json(
        "ResourceNotFoundException", "The specified query definition does not exist.", 400
    )


_ACTIONS = {
    "PutQueryDefinition": _put,
    "DescribeQueryDefinitions": _describe,
    "DeleteQueryDefinition": _delete,
}


def _saving(get_state: Callable[[], Json]) -> Callable[[], Json]:
    return lambda: {**get_state(), _STATE: _definitions}


def _loading(load: Callable[[Json], Any]) -> Callable[[Json], None]:
    def load_persisted_state(data: Json) -> None:
        load(data)
        _definitions.update((data or {}).get(_STATE, {}))

    return load_persisted_state
