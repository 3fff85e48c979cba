"""Who calls: the application that the API key names, and the user whom the ID token names."""

from __future__ import annotations

import re

import msgspec

from catalog.http.event import Event
from catalog.http.problems import Problem

SHARED_OWNER = "catalog"
ADMIN_GROUP = "admin"
# A list of groups is one text in a REST API's claims: `admin`, `admin,staff` or `[admin, staff]`.
_GROUP = re.compile(r"[^\s,\[\]]+")


class Caller(msgspec.Struct, frozen=True):
    """The caller of a request."""

    client: str
    """The id of the API key: names one generation of one application's key, and is no secret."""
    user: str | None = None
    """The `sub` of the user's token; None where a key is enough."""
    admin: bool = False

    @property
    def owner(self) -> str:
        """Whose items the caller makes and lists."""
        return self.user or SHARED_OWNER

    @property
    def scope(self) -> str | None:
        """Whose items the caller sees; None for an admin, who sees everybody's."""
        return None if self.admin else self.owner

    def acting_for(self, owner: str | None) -> str:
        """The owner whom the caller names, if it may, else its own. Raises a Problem."""
        if owner is None or owner == self.owner:
            return self.owner
        if not self.admin:
            detail = "Only users of the group admin may act for another owner."
            raise Problem(403, "forbidden", "Forbidden", detail)
        return owner


def of(event: Event, audience: str | None = None) -> Caller:
    """The caller, as API Gateway has established it.

    With an audience, the id of the user pool's client, a user's ID token for it is required, and
    what API Gateway's authorizer let through is looked at again: an access token names no audience,
    and one without claims has met no authorizer. Raises a Problem: 401.
    """
    if audience is None:
        return Caller(_client(event))
    claims = _claims(event)
    if claims.get("token_use") != "id" or claims.get("aud") != audience or not claims.get("sub"):
        detail = "Send the ID token of a user who has signed in."
        raise Problem(401, "unauthorized", "Unauthorized", detail)
    groups = _GROUP.findall(claims.get("cognito:groups", ""))
    return Caller(_client(event), claims["sub"], ADMIN_GROUP in groups)


def principal(event: Event) -> str:
    """Who is counted and limited: the user whom API Gateway has verified, else the application."""
    return str(_claims(event).get("sub") or _client(event))


def _client(event: Event) -> str:
    return (event["requestContext"].get("identity") or {}).get("apiKeyId") or "anonymous"


def _claims(event: Event) -> dict[str, str]:
    """The claims of a token that a COGNITO_USER_POOLS authorizer has verified, all of them text."""
    return (event["requestContext"].get("authorizer") or {}).get("claims") or {}
