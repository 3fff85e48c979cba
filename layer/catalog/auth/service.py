"""Signing up, in and out: what is said, and what never is.

Nobody learns here whether an email address is a user's: each operation makes the same calls and
gives the same answer for one who is confirmed, unconfirmed, disabled or not there at all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from urllib.parse import quote

from msgspec import UNSET

from catalog import telemetry
from catalog.auth.cognito import (
    NoAuthenticatorError,
    NotSentError,
    UndeliveredError,
    UserPool,
)
from catalog.auth.model import (
    Authenticator,
    AuthenticatorInput,
    Challenge,
    ChallengeInput,
    ConfirmationInput,
    EmailInput,
    LoginInput,
    PasswordResetInput,
    Tokens,
    User,
)
from catalog.errors import AuthenticatorInUseError, InvalidCredentialsError, InvalidTokenError

_ISSUER = "Catalog"  # what an authenticator shows beside the email address


class AuthService:
    """The operations of the contract on users."""

    def __init__(self, pool: UserPool) -> None:
        self._pool = pool

    def sign_up(self, fields: EmailInput) -> None:
        """Send a code to the email address, unless it is a confirmed user's.

        An unconfirmed user is sent the code again before anybody is made: in this order both calls
        are made in every case, and nobody gets two codes.
        """
        self.resend_code(fields)
        if _sent(lambda: self._pool.sign_up(fields.username)):
            telemetry.count("SignedUp")

    def resend_code(self, fields: EmailInput) -> None:
        """Send an unconfirmed user the code again."""
        _sent(lambda: self._pool.resend_code(fields.username))

    def confirm(self, fields: ConfirmationInput) -> None:
        """Make the holder of the email address its user. Raises InvalidCodeError.

        The password is theirs, whoever signed the address up.
        """
        self._pool.confirm(fields.username, fields.code)
        self._pool.set_password(fields.username, fields.password)

    def forgot_password(self, fields: EmailInput) -> None:
        """Send a user the code that lets them set another password."""
        _sent(lambda: self._pool.send_reset_code(fields.username))

    def reset_password(self, fields: PasswordResetInput) -> None:
        """Set another password, and end what the old one led to. Raises InvalidCodeError."""
        self._pool.reset_password(fields.username, fields.code, fields.new_password)
        self._pool.sign_out(fields.username)
        telemetry.count("PasswordReset")

    def login(self, fields: LoginInput, ip_address: str | None) -> Tokens | Challenge:
        """Tokens, or a challenge. Raises InvalidCredentialsError."""
        user, password = fields.username, fields.password
        return _counted(lambda: self._pool.authenticate(user, password, ip_address))

    def answer(self, fields: ChallengeInput, ip_address: str | None) -> Tokens | Challenge:
        """Tokens, or the next challenge. Raises InvalidCredentialsError."""
        user, session, pool = fields.username, fields.session, self._pool
        code, password = fields.code, fields.new_password
        if code is not UNSET:
            return _counted(lambda: pool.answer_code(user, session, code, ip_address))
        return _counted(lambda: pool.answer_new_password(user, session, str(password), ip_address))

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens. Raises InvalidTokenError."""
        return self._pool.refresh(refresh_token)

    def logout(self, refresh_token: str) -> None:
        """End a refresh token. What is no valid one has ended already (RFC 7009, 2.2)."""
        with contextlib.suppress(InvalidTokenError):
            self._pool.revoke(refresh_token)

    def user(self, user_id: str) -> User:
        """The user. Raises InvalidTokenError if they are gone."""
        return self._pool.user(user_id)

    def delete(self, user_id: str) -> None:
        """Delete the user, unless they are gone already."""
        with contextlib.suppress(InvalidTokenError):
            self._pool.delete(user_id)

    def new_authenticator(self, user_id: str, access_token: str) -> Authenticator:
        """A secret for the user's authenticator. Raises InvalidTokenError, AuthenticatorInUseError.

        While codes are asked for there is none: with it, Cognito would ask for no codes any more.
        """
        user = self._pool.user(user_id)
        if user.mfa:
            raise AuthenticatorInUseError
        account = quote(f"{_ISSUER}:{user.email}")
        secret = self._pool.new_authenticator(access_token)
        # https://github.com/google/google-authenticator/wiki/Key-Uri-Format
        uri = f"otpauth://totp/{account}?secret={secret}&issuer={_ISSUER}"
        return Authenticator(secret=secret, uri=uri)

    def turn_on_mfa(self, fields: AuthenticatorInput) -> None:
        """Ask for codes from now on. Raises InvalidCodeError, InvalidTokenError."""
        self._pool.verify_authenticator(fields.access_token, fields.code)

    def turn_off_mfa(self, user_id: str) -> None:
        """Ask for no more codes, if any are asked for. Raises InvalidTokenError."""
        with contextlib.suppress(NoAuthenticatorError):
            self._pool.remove_authenticator(user_id)


def _sent(send: Callable[[], None]) -> bool:
    """Whether a code was sent, which the one who asked never learns."""
    try:
        send()
    except UndeliveredError as error:
        telemetry.count("UndeliveredCode")
        cause = getattr(error.__cause__, "response", {})
        telemetry.logger.error("undelivered code", extra={"error_code": cause["Error"]["Code"]})
        return False
    except NotSentError:
        return False
    return True


def _counted(sign_in: Callable[[], Tokens | Challenge]) -> Tokens | Challenge:
    try:
        answer = sign_in()
    except InvalidCredentialsError:
        telemetry.count("FailedLogin")
        raise
    if isinstance(answer, Tokens):
        telemetry.count("SignedIn")
    return answer
