"""What can go wrong in the domain. The HTTP edge turns each into a problem."""

from __future__ import annotations


class CatalogError(Exception):
    """A failure that a caller can understand. Its text is shown to them."""


class NotFoundError(CatalogError):
    """The thing does not exist, or belongs to somebody else."""


class PreconditionFailedError(CatalogError):
    """The thing is not in the version that the caller requires."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The item is at version {version}, which If-Match does not name. Read it again."
        )
        self.version = version


class ConflictError(CatalogError):
    """Another request is changing the same thing at this moment; trying again helps."""


class UnprocessableError(CatalogError):
    """The request is well-formed but cannot be carried out."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.pointer = pointer


class IdempotencyKeyReusedError(CatalogError):
    """The idempotency key stands for another request."""


class RateLimitedError(CatalogError):
    """The caller's bucket of a cost class is empty."""

    def __init__(self, policy: str, wait: int) -> None:
        super().__init__(f"The limit {policy!r} is used up. Try again in {wait} s.")
        self.policy = policy
        self.wait = wait


class InvalidCredentialsError(CatalogError):
    """Nobody signs in with these. What is wrong with them is never said."""

    def __init__(self) -> None:
        super().__init__("Nobody can sign in with these credentials.")


class InvalidTokenError(CatalogError):
    """The token is no user's, or is not valid any more."""

    def __init__(self) -> None:
        super().__init__("The token is not valid, or not any more. Sign in again.")


class InvalidCodeError(CatalogError):
    """The code is wrong, used or too old, or nobody was sent one. Which is never said."""

    def __init__(self) -> None:
        super().__init__("The code is wrong, was used, or is too old. Ask for another.")


class AuthenticatorInUseError(CatalogError):
    """Codes of an authenticator are asked for already."""

    def __init__(self) -> None:
        super().__init__("Your authenticator is in use. Turn it off before you set up another.")


class UnavailableError(CatalogError):
    """A service behind the API is throttled, slow or gone; trying again later helps."""

    def __init__(self, detail: str, wait: int = 1) -> None:
        super().__init__(detail)
        self.wait = wait
        """Seconds."""
