"""Gap: a challenge is answered without the session that asked it.

On AWS an answer needs the session that the password, or the answer before, brought: the same
user's, for the same challenge, and good until it is answered. A new password is held against the
pool's policy (Amazon Cognito API Reference, "RespondToAuthChallenge"). MiniStack lets anybody who
knows an email address set that user's password. That sessions also end after some minutes is not
played.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from local_aws.emulator import cognito

Json = dict[str, Any]

_CHALLENGES = ("NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA")


class _Session(NamedTuple):
    client_id: str | None
    challenge: str | None
    user_id: str | None


_sessions: dict[str, _Session] = {}


def apply() -> None:
    """Remember the sessions that are given out, and ask for them."""
    for name in ("_initiate_auth", "_admin_initiate_auth"):
        setattr(cognito, name, _remembering(getattr(cognito, name)))
    for name in ("_respond_to_auth_challenge", "_admin_respond_to_auth_challenge"):
        setattr(cognito, name, _remembering(_asking(getattr(cognito, name))))


def _remembering(authenticate: Callable[..., Any]) -> Callable[..., Any]:
    def authenticate_and_remember(data: Json) -> Any:
        status, headers, body = authenticate(data)
        answer = json.loads(body)
        if status == 200 and answer.get("ChallengeName") in _CHALLENGES:
            parameters = data.get("AuthParameters") or data.get("ChallengeResponses") or {}
            user_id = _user_id(data, parameters.get("USERNAME"))
            session = _Session(data["ClientId"], answer["ChallengeName"], user_id)
            _sessions[answer["Session"]] = session
        return status, headers, body

    return authenticate_and_remember


def _asking(respond: Callable[..., Any]) -> Callable[..., Any]:
    def respond_to_auth_challenge(data: Json) -> Any:
        challenge, answers = data.get("ChallengeName"), data.get("ChallengeResponses") or {}
        if challenge not in _CHALLENGES:
            return respond(data)
        user_id = _user_id(data, answers.get("USERNAME"))
        answered = _Session(data.get("ClientId"), challenge, user_id)
        if _sessions.get(data.get("Session", "")) != answered:
            message = "Invalid session for the user."
            return cognito.error_response_json("NotAuthorizedException", message, 400)
        if challenge == "NEW_PASSWORD_REQUIRED":
            pool, _ = cognito._pool_for_client(data["ClientId"])
            weak = cognito._validate_password(pool, answers.get("NEW_PASSWORD", ""))
            if weak:
                return weak
        status, headers, body = respond(data)
        if status == 200:
            del _sessions[data["Session"]]
        return status, headers, body

    return respond_to_auth_challenge


def _user_id(data: Json, username: str | None) -> str | None:
    """The user's own name, whatever name they are called by; None if there is no such user."""
    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    user, _ = cognito._resolve_user(pool, username) if pool else (None, None)
    return user["Username"] if user else None
