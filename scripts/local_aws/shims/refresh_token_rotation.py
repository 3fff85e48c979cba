"""Gap: a user pool's client has no refresh token rotation.

On AWS `RefreshTokenRotation` is a part of the client, refused together with
ALLOW_REFRESH_TOKEN_AUTH. With it, GetTokensFromRefreshToken also gives a new refresh token, which
ends when the first would have; the old one works for `RetryGracePeriodSeconds` more, and is then
refused with RefreshTokenReuseException (Amazon Cognito Developer Guide, "Refresh tokens").
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from local_aws.emulator import cognito

Json = dict[str, Any]


def apply() -> None:
    """Keep the setting with the client, and rotate."""
    for operation in ("_create_user_pool_client", "_update_user_pool_client"):
        setattr(cognito, operation, _keeping_the_setting(getattr(cognito, operation)))
    cognito._get_tokens_from_refresh_token = _rotating(cognito._get_tokens_from_refresh_token)


def _keeping_the_setting(write: Callable[..., Any]) -> Callable[..., Any]:
    def write_user_pool_client(data: Json) -> Any:
        rotation = data.get("RefreshTokenRotation") or {}
        flows = data.get("ExplicitAuthFlows") or []
        if rotation.get("Feature") == "ENABLED" and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
            return _refused(
                "InvalidParameterException",
                "ALLOW_REFRESH_TOKEN_AUTH cannot be used with refresh token rotation enabled.",
            )
        status, headers, body = write(data)
        if status == 200 and rotation:
            answer = json.loads(body)["UserPoolClient"]
            client = cognito._user_pools[answer["UserPoolId"]]["_clients"][answer["ClientId"]]
            client["RefreshTokenRotation"] = {"RetryGracePeriodSeconds": 0, **rotation}
            return cognito.json_response({"UserPoolClient": _without_nulls(client)})
        return status, headers, body

    return write_user_pool_client


def _rotating(refresh: Callable[..., Any]) -> Callable[..., Any]:
    def get_tokens_from_refresh_token(data: Json) -> Any:
        pool, pool_id = cognito._pool_for_client(data.get("ClientId"))
        rotation = pool["_clients"][data["ClientId"]].get("RefreshTokenRotation") if pool else None
        if not rotation or rotation["Feature"] != "ENABLED":
            return refresh(data)
        token, now = data.get("RefreshToken"), time.time()
        rotated: dict[str, float] = pool.setdefault("_rotated", {})
        if now > rotated.get(token or "", now) + rotation["RetryGracePeriodSeconds"]:
            return _refused("RefreshTokenReuseException", "Refresh token has been rotated.")
        status, headers, body = refresh(data)
        if status != 200:
            return status, headers, body
        rotated.setdefault(str(token), now)
        answer = json.loads(body)
        answer["AuthenticationResult"]["RefreshToken"] = cognito._signed_jwt(
            {**cognito._token_claims(token), "iat": int(now), "jti": cognito.new_uuid()},
            pool_id,
            "access",
        )
        return cognito.json_response(answer)

    return get_tokens_from_refresh_token


def _without_nulls(client: Json) -> Json:
    return {key: value for key, value in client.items() if value is not None}


def _refused(code: str, message: str) -> Any:
    return cognito.error_response_json(code, message, 400)
