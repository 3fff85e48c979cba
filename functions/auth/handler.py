"""`/auth`: who somebody is. Routes in, calls of the service out."""

from __future__ import annotations

from catalog.cold_start import ready  # first: it stops the collector while the rest loads

# isort: split
import hashlib
from ipaddress import ip_network
from typing import TypeVar

from aws_lambda_powertools.event_handler import Response

from catalog import aws, settings
from catalog.auth.cognito import UserPool
from catalog.auth.model import (
    AccessTokenInput,
    AuthenticatorInput,
    ChallengeInput,
    Confidential,
    ConfirmationInput,
    EmailInput,
    LoginInput,
    PasswordResetInput,
    RefreshTokenInput,
)
from catalog.auth.service import AuthService
from catalog.http import body, caller
from catalog.http.api import Api, json_answer
from catalog.limits import LimitSettings, limiter

JSON = "application/json"
_MAYBE_SENT = {"message": "If a code is due to this address, it is on its way."}
C = TypeVar("C", bound=Confidential)
E = TypeVar("E", bound=EmailInput)


class AuthSettings(LimitSettings, frozen=True, kw_only=True):
    """What this function is told by its environment."""

    user_pool_id: str
    user_pool_client_id: str


config = settings.load(AuthSettings)
# Tried once: a second try would be another guess at a password, or come with a token that the first
# has used up, and where Cognito counts one user's codes, the time it takes would tell of the user.
cognito = aws.client("cognito-idp", read_timeout=3, tries=1)
service = AuthService(UserPool(cognito, config.user_pool_id, config.user_pool_client_id))
limits = limiter(config)
api = Api(config.origins, limiter=limits, costs={"*": "auth"})


@api.post("/auth/signup")
def sign_up() -> Response[str]:
    """202, whoever has the email address."""
    service.sign_up(_about_somebody(EmailInput))
    return json_answer(_MAYBE_SENT, 202)


@api.post("/auth/confirm")
def confirm_sign_up() -> Response[str]:
    """204, the user can sign in with the password."""
    service.confirm(_about_somebody(ConfirmationInput))
    return Response(204)


@api.post("/auth/resend")
def resend_code() -> Response[str]:
    """202, whoever has the email address."""
    service.resend_code(_about_somebody(EmailInput))
    return json_answer(_MAYBE_SENT, 202)


@api.post("/auth/forgot-password")
def forgot_password() -> Response[str]:
    """202, whoever has the email address."""
    service.forgot_password(_about_somebody(EmailInput))
    return json_answer(_MAYBE_SENT, 202)


@api.post("/auth/reset-password")
def reset_password() -> Response[str]:
    """204, the user can sign in with the new password."""
    service.reset_password(_about_somebody(PasswordResetInput))
    return Response(204)


@api.post("/auth/login")
def login() -> Response[str]:
    """200 with tokens, or with a challenge."""
    return json_answer(service.login(_about_somebody(LoginInput), _ip_address()))


@api.post("/auth/challenge")
def answer_challenge() -> Response[str]:
    """200 with tokens, or with the next challenge."""
    return json_answer(service.answer(_about_somebody(ChallengeInput), _ip_address()))


@api.post("/auth/refresh")
def refresh() -> Response[str]:
    """200 with new tokens."""
    return json_answer(service.refresh(_sent(RefreshTokenInput).refresh_token))


@api.post("/auth/logout")
def logout() -> Response[str]:
    """204, the refresh token is worth nothing."""
    service.logout(_sent(RefreshTokenInput).refresh_token)
    return Response(204)


@api.get("/auth/me")
def get_user() -> Response[str]:
    """200 with the user whose token it is."""
    return json_answer(service.user(_user()))


@api.delete("/auth/me")
def delete_user() -> Response[str]:
    """204, the user is gone."""
    service.delete(_user())
    return Response(204)


@api.post("/auth/me/totp")
def create_authenticator() -> Response[str]:
    """200 with the secret for an authenticator."""
    user = _user()
    return json_answer(service.new_authenticator(user, _sent(AccessTokenInput).access_token))


@api.put("/auth/me/totp")
def turn_on_mfa() -> Response[str]:
    """204, signing in asks for a code of the authenticator."""
    _user()
    service.turn_on_mfa(_sent(AuthenticatorInput))
    return Response(204)


@api.delete("/auth/me/totp")
def turn_off_mfa() -> Response[str]:
    """204, signing in asks for no code."""
    service.turn_off_mfa(_user())
    return Response(204)


def _sent(kind: type[C]) -> C:
    return body.convert(body.read(api.current_event.raw_event, JSON), kind)


def _about_somebody(kind: type[E]) -> E:
    """What was sent about the holder of an email address, who is not asked for too often."""
    sent = _sent(kind)
    # Hashed: the limits' table is no list of users.
    username = hashlib.sha256(sent.username.encode()).hexdigest()
    # By network first: who is refused there takes nothing from the others who ask.
    limits.take("username", f"{username}#{_network()}", told=False)
    limits.take("username_total", username, told=False)
    return sent


def _ip_address() -> str | None:
    identity = api.current_event.raw_event["requestContext"].get("identity") or {}
    return identity.get("sourceIp")


def _network() -> str:
    """The client's address; of IPv6 the first 64 bits, which one client has all of."""
    address = _ip_address() or ""
    try:
        return str(ip_network((address, 64 if ":" in address else 32), strict=False))
    except ValueError:  # the console's try-out has a word there
        return address


def _user() -> str:
    """The `sub` of the user whose ID token came with the request. Raises a Problem."""
    return str(caller.of(api.current_event.raw_event, config.user_pool_client_id).user)


lambda_handler = ready(api)
