"""Gap: a stage serves the API's live resources, not those of its deployment.

On AWS "a deployment is a point-in-time snapshot of your API" and a change is seen by callers
only once it is deployed (API Gateway Developer Guide, "Deploy REST APIs"). MiniStack keeps only
the gateway responses of a deployment, so a re-import interrupts a live API until it is whole.

The shim copies resources, models, validators and authorizers at CreateDeployment. The copies lie in
MiniStack's own stores, under the key `<api>/<deployment>`, so that they are saved with them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from local_aws.emulator import gateway, scope

_snapshot: ContextVar[str | None] = ContextVar("snapshot", default=None)


def apply() -> None:
    """Take the snapshots, serve from them, and drop them with their deployment or API."""
    gateway._create_deployment = _taking_a_snapshot(gateway._create_deployment)
    gateway._delete_deployment = _dropping_the_snapshot(gateway._delete_deployment)
    gateway._delete_rest_api = _dropping_all_snapshots(gateway._delete_rest_api)
    gateway._execute_in_scope = _serving_the_deployment(gateway._execute_in_scope)
    gateway.method_authorization_type = _authorizing(gateway.method_authorization_type)
    for reader in ("_match_resource_tree", "_match_greedy_fallback", "_model_schema"):
        setattr(gateway, reader, _reading_the_snapshot(getattr(gateway, reader)))
    gateway._check_request_validation = _validating(gateway._check_request_validation)
    gateway._authorize_request_v1 = _authorizing_by_a_user_pool(gateway._authorize_request_v1)


def served(api_id: str) -> str:
    """Return the key under which the stage of this request finds what it serves."""
    return _snapshot.get() or api_id


def _stores() -> tuple[Any, ...]:
    return (
        gateway._resources,
        gateway._models,
        gateway._request_validators,
        gateway._authorizers_v1,
    )


def _taking_a_snapshot(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_deployment(api_id: str, data: dict[str, Any]) -> Any:
        before = set(gateway._deployments_v1.get(api_id) or ())
        answer = create(api_id, data)
        for deployment_id in set(gateway._deployments_v1.get(api_id) or ()) - before:
            for store in _stores():
                store[f"{api_id}/{deployment_id}"] = copy.deepcopy(store.get(api_id) or {})
        return answer

    return create_deployment


def _dropping_the_snapshot(delete: Callable[..., Any]) -> Callable[..., Any]:
    def delete_deployment(api_id: str, deployment_id: str) -> Any:
        answer = delete(api_id, deployment_id)
        for store in _stores():
            store.pop(f"{api_id}/{deployment_id}", None)
        return answer

    return delete_deployment


def _dropping_all_snapshots(delete: Callable[..., Any]) -> Callable[..., Any]:
    def delete_rest_api(api_id: str) -> Any:
        for store in _stores():
            for key in [key for key in store if key.startswith(f"{api_id}/")]:
                store.pop(key)
        return delete(api_id)

    return delete_rest_api


def _key(api_id: str, stage_name: str) -> str | None:
    """Return the key of the snapshot that a stage serves, if it has one."""
    stage = (gateway._stages_v1.get(api_id) or {}).get(stage_name) or {}
    key = f"{api_id}/{stage.get('deploymentId')}"
    return key if key in gateway._resources else None


def _serving_the_deployment(execute: Callable[..., Any]) -> Callable[..., Any]:
    async def execute_in_scope(request: Any, api_id: str, stage_name: str, *rest: Any) -> Any:
        token = _snapshot.set(_key(api_id, stage_name))
        try:
            return await execute(request, api_id, stage_name, *rest)
        finally:
            _snapshot.reset(token)

    return execute_in_scope


def _authorizing(authorization_type: Callable[..., Any]) -> Callable[..., Any]:
    def method_authorization_type(api_id: str, stage_name: str, *rest: Any) -> Any:
        home = gateway.find_api_scope(api_id)
        if home is None:
            return None
        with scope.request_scope(*home):
            token = _snapshot.set(_key(api_id, stage_name))
        try:
            return authorization_type(api_id, stage_name, *rest)
        finally:
            _snapshot.reset(token)

    return method_authorization_type


def _reading_the_snapshot(read: Callable[..., Any]) -> Callable[..., Any]:
    def reading(api_id: str, *rest: Any) -> Any:
        return read(served(api_id), *rest)

    return reading


def _validating(check: Callable[..., Any]) -> Callable[..., Any]:
    def check_request_validation(method: Any, api_id: str, *rest: Any) -> Any:
        return check(method, served(api_id), *rest)

    return check_request_validation


def _authorizing_by_a_user_pool(authorize: Callable[..., Any]) -> Callable[..., Any]:
    async def authorize_request(
        api_id: str, stage_name: str, method: dict[str, Any], *rest: Any
    ) -> Any:
        # Other kinds of authorization need the API's own id, and none is imported here.
        if method.get("authorizationType") == "COGNITO_USER_POOLS":
            api_id = served(api_id)
        return await authorize(api_id, stage_name, method, *rest)

    return authorize_request
