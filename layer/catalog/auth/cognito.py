"""The one module that talks to Cognito: its refusals and faults in the domain's terms.

What Cognito refuses, and with which error, is in the API reference of user pools, operation by
operation. An error that an operation is not known for is a fault, and stays as it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC
from typing import Any, get_args

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError
from msgspec import UNSET

from catalog.auth.model import Challenge, ChallengeName, Tokens, User
from catalog.errors import (
    InvalidCodeError,
    InvalidCredentialsError,
    InvalidTokenError,
    UnavailableError,
)


class NotSentError(Exception):
    """No code was sent: to nobody, or to one who needs none, or who got too many."""


class NoAuthenticatorError(Exception):
    """The user has none that could be turned off."""


class UndeliveredError(NotSentError):
    """The code would not go out, which is for an operator to mend."""


Refusals = Mapping[str, type[Exception]]
"""The errors of Cognito that an operation is known for, and what they mean."""

_BUSY = frozenset(
    {
        "ConcurrentModificationException",
        "InternalErrorException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_NOT_SENT: Refusals = {
    "CodeDeliveryFailureException": UndeliveredError,
    "InvalidEmailRoleAccessPolicyException": UndeliveredError,
    "InvalidParameterException": NotSentError,  # confirmed already, or without a verified address
    "LimitExceededException": NotSentError,  # of one user; else see _translate
    "NotAuthorizedException": NotSentError,  # disabled
    "UserNotFoundException": NotSentError,
    "UsernameExistsException": NotSentError,
}
_WRONG_CODE: Refusals = dict.fromkeys(
    [
        "AliasExistsException",
        "CodeMismatchException",
        "ExpiredCodeException",
        "InvalidParameterException",  # without a verified address
        "InvalidPasswordException",  # known from a leak, where threat protection blocks
        "LimitExceededException",
        "NotAuthorizedException",  # confirmed already, or disabled
        "TooManyFailedAttemptsException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    ],
    InvalidCodeError,
)
_AFTER_THE_CODE: Refusals = dict.fromkeys(
    ["InvalidPasswordException", "UserNotFoundException"], InvalidCodeError
)
_NOT_SIGNED_IN: Refusals = dict.fromkeys(
    [
        "NotAuthorizedException",  # the password is wrong, or the user disabled
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    ],
    InvalidCredentialsError,
)
_WRONG_ANSWER: Refusals = {
    **_NOT_SIGNED_IN,
    "CodeMismatchException": InvalidCredentialsError,
    "ExpiredCodeException": InvalidCredentialsError,
    "InvalidParameterException": InvalidCredentialsError,  # the session is of another challenge
    "InvalidPasswordException": InvalidCredentialsError,  # known from a leak
    "SoftwareTokenMFANotFoundException": InvalidCredentialsError,
}
_WRONG_TOKEN: Refusals = dict.fromkeys(
    [
        "InvalidParameterException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "RefreshTokenReuseException",
        "UnauthorizedException",
        "UnsupportedTokenTypeException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    ],
    InvalidTokenError,
)
_WRONG_AUTHENTICATOR: Refusals = {
    **_WRONG_TOKEN,
    "CodeMismatchException": InvalidCodeError,
    "EnableSoftwareTokenMFAException": InvalidCodeError,
    "SoftwareTokenMFANotFoundException": InvalidCodeError,
}
_NO_USER: Refusals = {"UserNotFoundException": InvalidTokenError}  # only their token names them
_NO_AUTHENTICATOR: Refusals = {
    **_NO_USER,
    "InvalidParameterException": NoAuthenticatorError,
    "PasswordResetRequiredException": InvalidTokenError,
    "UserNotConfirmedException": InvalidTokenError,
}
_CHALLENGES = get_args(ChallengeName)


class UserPool:
    """A user pool and its app client, through a botocore client.

    Every method raises UnavailableError where Cognito is throttled, slow or gone.
    """

    def __init__(self, client: Any, pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool = {"UserPoolId": pool_id}
        self._app = {"ClientId": client_id}

    def sign_up(self, username: str) -> None:
        """Make an unconfirmed user, and send the code that confirms them. Raises NotSentError.

        Their password is nobody's until `set_password`.
        """
        user = {"Username": username, "Password": f"{secrets.token_urlsafe(32)}-aA1"}
        self._call("sign_up", _NOT_SENT, **self._app, **user)

    def resend_code(self, username: str) -> None:
        """Send an unconfirmed user the code again. Raises NotSentError."""
        self._call("resend_confirmation_code", _NOT_SENT, **self._app, Username=username)

    def confirm(self, username: str, code: str) -> None:
        """Confirm that the email address is the user's. Raises InvalidCodeError."""
        user = {"Username": username, "ConfirmationCode": code}
        self._call("confirm_sign_up", _WRONG_CODE, **self._app, **user)

    def set_password(self, username: str, password: str) -> None:
        """Set the password of a confirmed user. Raises InvalidCodeError."""
        user = {"Username": username, "Password": password, "Permanent": True}
        self._call("admin_set_user_password", _AFTER_THE_CODE, **self._pool, **user)

    def send_reset_code(self, username: str) -> None:
        """Send a user the code that lets them set another password. Raises NotSentError."""
        self._call("forgot_password", _NOT_SENT, **self._app, Username=username)

    def reset_password(self, username: str, code: str, password: str) -> None:
        """Set another password. Raises InvalidCodeError."""
        user = {"Username": username, "ConfirmationCode": code, "Password": password}
        self._call("confirm_forgot_password", _WRONG_CODE, **self._app, **user)

    def sign_out(self, username: str) -> None:
        """End all refresh and access tokens of a user. Raises InvalidCodeError."""
        self._call("admin_user_global_sign_out", _AFTER_THE_CODE, **self._pool, Username=username)

    def authenticate(
        self, username: str, password: str, ip_address: str | None
    ) -> Tokens | Challenge:
        """Sign in. Raises InvalidCredentialsError.

        The client's address is for threat protection, where the pool has it on.
        """
        answer = self._call(
            "admin_initiate_auth",
            _NOT_SIGNED_IN,
            **self._pool,
            **self._app,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password},
            **_context(ip_address, "/auth/login"),
        )
        return _tokens_or_challenge(answer)

    def answer_code(
        self, username: str, session: str, code: str, ip_address: str | None
    ) -> Tokens | Challenge:
        """Answer SOFTWARE_TOKEN_MFA. Raises InvalidCredentialsError."""
        answers = {"USERNAME": username, "SOFTWARE_TOKEN_MFA_CODE": code}
        return self._answer("SOFTWARE_TOKEN_MFA", session, answers, ip_address)

    def answer_new_password(
        self, username: str, session: str, password: str, ip_address: str | None
    ) -> Tokens | Challenge:
        """Answer NEW_PASSWORD_REQUIRED. Raises InvalidCredentialsError."""
        answers = {"USERNAME": username, "NEW_PASSWORD": password}
        return self._answer("NEW_PASSWORD_REQUIRED", session, answers, ip_address)

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens; where the pool rotates them, this one ends. Raises InvalidTokenError."""
        answer = self._call(
            "get_tokens_from_refresh_token", _WRONG_TOKEN, **self._app, RefreshToken=refresh_token
        )
        return _tokens(answer["AuthenticationResult"])

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token, and the access tokens that came of it. Raises InvalidTokenError."""
        self._call("revoke_token", _WRONG_TOKEN, **self._app, Token=refresh_token)

    def user(self, user_id: str) -> User:
        """A user by `sub`, which is the username's other form. Raises InvalidTokenError."""
        user = self._call("admin_get_user", _NO_USER, **self._pool, Username=user_id)
        listed = self._call("admin_list_groups_for_user", _NO_USER, **self._pool, Username=user_id)
        return _user(user, [group["GroupName"] for group in listed["Groups"]])

    def delete(self, user_id: str) -> None:
        """Delete a user. Raises InvalidTokenError."""
        self._call("admin_delete_user", _NO_USER, **self._pool, Username=user_id)

    def new_authenticator(self, access_token: str) -> str:
        """A secret for the user's authenticator, not in use yet. Raises InvalidTokenError."""
        answer = self._call("associate_software_token", _WRONG_TOKEN, AccessToken=access_token)
        return str(answer["SecretCode"])

    def verify_authenticator(self, access_token: str, code: str) -> None:
        """Ask for codes from now on. Raises InvalidCodeError, InvalidTokenError."""
        sent = {"AccessToken": access_token, "UserCode": code}
        answer = self._call("verify_software_token", _WRONG_AUTHENTICATOR, **sent)
        if answer["Status"] != "SUCCESS":
            raise InvalidCodeError
        preference = {"Enabled": True, "PreferredMfa": True}
        self._call(
            "set_user_mfa_preference",
            _WRONG_TOKEN,
            AccessToken=access_token,
            SoftwareTokenMfaSettings=preference,
        )

    def remove_authenticator(self, user_id: str) -> None:
        """Ask for no more codes. Raises InvalidTokenError, NoAuthenticatorError."""
        self._call(
            "admin_set_user_mfa_preference",
            _NO_AUTHENTICATOR,
            **self._pool,
            Username=user_id,
            SoftwareTokenMfaSettings={"Enabled": False, "PreferredMfa": False},
        )

    def _answer(
        self, challenge: str, session: str, answers: dict[str, str], ip_address: str | None
    ) -> Tokens | Challenge:
        answer = self._call(
            "admin_respond_to_auth_challenge",
            _WRONG_ANSWER,
            **self._pool,
            **self._app,
            ChallengeName=challenge,
            ChallengeResponses=answers,
            Session=session,
            **_context(ip_address, "/auth/challenge"),
        )
        return _tokens_or_challenge(answer)

    def _call(self, operation: str, refusals: Refusals, **parameters: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
        except ClientError as error:
            raise _translate(error, refusals) from error
        except (ConnectionError, HTTPClientError) as error:
            raise UnavailableError("The user directory does not answer in time.") from error
        return answer


def _translate(error: ClientError, refusals: Refusals) -> Exception:
    code = error.response["Error"]["Code"]
    if code in _BUSY or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return UnavailableError("The user directory is busy.")
    if refusals is _NOT_SENT and "email limit" in error.response["Error"].get("Message", ""):
        return UndeliveredError()  # of the whole pool a day; only the text tells it from a user's
    return refusals[code]() if code in refusals else error


def _context(ip_address: str | None, path: str) -> dict[str, Any]:
    if ip_address is None:
        return {}
    server = {"ServerName": "catalog", "ServerPath": path, "HttpHeaders": []}
    return {"ContextData": {"IpAddress": ip_address, **server}}


def _tokens_or_challenge(answer: dict[str, Any]) -> Tokens | Challenge:
    if "AuthenticationResult" in answer:
        return _tokens(answer["AuthenticationResult"])
    if answer["ChallengeName"] not in _CHALLENGES:
        raise InvalidCredentialsError  # threat protection asks for what the user has not set up
    return Challenge(challenge=answer["ChallengeName"], session=answer["Session"])


def _tokens(result: dict[str, Any]) -> Tokens:
    return Tokens(
        id_token=result["IdToken"],
        access_token=result["AccessToken"],
        refresh_token=result.get("RefreshToken", UNSET),
        expires_in=result["ExpiresIn"],
    )


def _user(user: dict[str, Any], groups: list[str]) -> User:
    attributes = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
    created = user["UserCreateDate"].astimezone(UTC).isoformat(timespec="milliseconds")
    return User(
        id=attributes["sub"],
        email=attributes["email"],
        email_verified=attributes.get("email_verified") == "true",
        groups=groups,
        mfa="SOFTWARE_TOKEN_MFA" in user.get("UserMFASettingList", []),
        created_at=created.replace("+00:00", "Z"),
    )
