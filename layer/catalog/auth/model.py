"""What people send to sign in and what they get, as the contract describes it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from catalog.validation import describe

EMAIL = r"^[A-Za-z0-9.!#$%&'+*/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}\Z"
# The rules of the user pool, or stricter, so that the pool never refuses one: its refusal could
# tell whether the user exists. ASCII only: other letters can be typed in more than one way.
NEW_PASSWORD = r"^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[!-/:-@\[-`{-~])[!-~]+\Z"  # noqa: S105
CODE = r"^[0-9]{6}\Z"
TOKEN = r"^[A-Za-z0-9_.=-]+\Z"  # noqa: S105 - how Cognito's look
SESSION = r"^[!-~]+\Z"
describe(EMAIL, "with an email address")
describe(NEW_PASSWORD, "of ASCII with a lower-case and an upper-case letter, a digit and a symbol")
describe(CODE, "of 6 digits")
describe(TOKEN, "with a token")
describe(SESSION, "with the session of a challenge")

# The email is the username, of which Cognito takes 128 characters.
Email = Annotated[str, Meta(max_length=128, pattern=EMAIL)]
NewPassword = Annotated[str, Meta(min_length=12, max_length=256, pattern=NEW_PASSWORD)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
Code = Annotated[str, Meta(pattern=CODE)]
Session = Annotated[str, Meta(min_length=20, max_length=4096, pattern=SESSION)]
Token = Annotated[str, Meta(min_length=1, max_length=4096, pattern=TOKEN)]


class Confidential(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Fields that nobody may read in a log: as text, it is the name of its type."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class EmailInput(Confidential, frozen=True, kw_only=True):
    """A request about a user, who may not exist."""

    email: Email

    @property
    def username(self) -> str:
        """The name that Cognito knows the user by. Upper and lower case are the same mailbox."""
        return self.email.lower()


class ConfirmationInput(EmailInput, frozen=True, kw_only=True, rename="camel"):
    """Somebody has the code that was sent to the email address, and becomes its user."""

    code: Code
    password: NewPassword


class PasswordResetInput(EmailInput, frozen=True, kw_only=True, rename="camel"):
    """Somebody who has the code sets another password."""

    code: Code
    new_password: NewPassword


class LoginInput(EmailInput, frozen=True, kw_only=True, rename="camel"):
    """Somebody signs in."""

    password: Password


class ChallengeInput(EmailInput, frozen=True, kw_only=True, rename="camel"):
    """The answer to a challenge: the code of an authenticator, or a new password."""

    session: Session
    code: Code | UnsetType = UNSET
    new_password: NewPassword | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.code is UNSET) == (self.new_password is UNSET):
            raise ValueError("Expected either `code` or `newPassword`")


class RefreshTokenInput(Confidential, frozen=True, kw_only=True, rename="camel"):
    """The holder of a refresh token wants new tokens, or none any more."""

    refresh_token: Token


class AccessTokenInput(Confidential, frozen=True, kw_only=True, rename="camel"):
    """A user wants to turn on sign-in with an authenticator."""

    access_token: Token


class AuthenticatorInput(AccessTokenInput, frozen=True, kw_only=True, rename="camel"):
    """The authenticator shows this code: it has the secret."""

    code: Code


class Tokens(Confidential, frozen=True, kw_only=True, rename="camel"):
    """What a signed-in user sends: the ID token to this API, the others to renew and change."""

    id_token: str
    access_token: str
    refresh_token: str | UnsetType = UNSET
    """Absent where the one that was sent stays valid."""
    expires_in: int
    """Seconds that the ID and access tokens are valid."""
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - how it is sent (RFC 6750)


ChallengeName = Literal["SOFTWARE_TOKEN_MFA", "NEW_PASSWORD_REQUIRED"]


class Challenge(Confidential, frozen=True, kw_only=True, rename="camel"):
    """The password was right, and something else is asked for."""

    challenge: ChallengeName
    session: str


class Authenticator(Confidential, frozen=True, kw_only=True, rename="camel"):
    """What an authenticator needs to show codes."""

    secret: str
    uri: str
    """The same as a link, or a QR code to scan."""


class User(Confidential, frozen=True, kw_only=True, rename="camel"):
    """A user, as they see themselves."""

    id: str
    """The token's `sub`: `ownerId` of the user's items."""
    email: str
    email_verified: bool
    groups: list[str]
    mfa: bool
    """Whether signing in asks for the code of an authenticator."""
    created_at: str
    """RFC 3339, UTC, milliseconds."""
