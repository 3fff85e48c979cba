"""Gap: a user pool's authorizer takes access tokens for ID tokens, and words claims in its own way.

On AWS a method without scopes takes ID tokens only, one with scopes access tokens only (API Gateway
Developer Guide, "Integrate a REST API with an Amazon Cognito user pool"). The claims that the
function gets are texts: groups separated by commas, `exp` and `iat` as dates in words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.emulator import gateway

_DATES = ("exp", "iat")


def apply() -> None:
    """Look at the token's use after MiniStack's check, and at the claims before its wording."""
    gateway._validate_cognito_authorizer = _minding_the_use(gateway._validate_cognito_authorizer)
    gateway._stringify_claims = _wording(gateway._stringify_claims)


def _minding_the_use(validate: Callable[..., Any]) -> Callable[..., Any]:
    async def validate_cognito_authorizer(
        authorizer: Any, method: dict[str, Any], *rest: Any
    ) -> Any:
        claims, error = await validate(authorizer, method, *rest)
        use = "access" if method.get("authorizationScopes") else "id"
        if error is None and claims.get("token_use") != use:
            return None, gateway._gw_error("UNAUTHORIZED", "Unauthorized")
        return claims, error

    return validate_cognito_authorizer


def _wording(stringify: Callable[..., Any]) -> Callable[..., Any]:
    def stringify_claims(claims: dict[str, Any]) -> Any:
        dates = {name: _date(claims[name]) for name in _DATES if name in claims}
        lists = {
            name: ",".join(map(str, value))
            for name, value in claims.items()
            if isinstance(value, list)
        }
        return stringify(claims | dates | lists)

    return stringify_claims


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
