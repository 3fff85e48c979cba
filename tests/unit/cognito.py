"""A user pool in memory that refuses what Cognito does, with the same errors.

Not moto's: that takes any confirmation code and any session of a challenge, and has no
ResendConfirmationCode, GetTokensFromRefreshToken and RevokeToken. The answers are those of a client
with `PreventUserExistenceErrors`, as the developer guide describes them under "Managing user
existence error responses".
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from tests.unit.gateway import POOL, POOL_CLIENT

PASSWORD, NEW_PASSWORD, WRONG_PASSWORD = "Canary-Horse-7", "Canary-Horse-8", "Canary-Horse-9"
CODE, WRONG_CODE = "918273", "564738"
SECRETS = ("canary", CODE, WRONG_CODE)
"""What all emails, passwords, tokens, sessions and codes of these tests have in them."""


class RefusalError(Exception):
    """An error of Cognito, by its code, and its text where that matters."""


@dataclass
class Person:
    id: str
    email: str
    password: str = PASSWORD
    status: str = "CONFIRMED"
    enabled: bool = True
    code: str | None = None
    groups: list[str] = field(default_factory=list)
    mfa: bool = False
    authenticator: str | None = None


class Pool:
    """The users, the mail that was sent, and the calls that were made."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.mail: list[str] = []
        self.calls: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.rotates = True
        self.mails_left = 50
        self._tokens: dict[str, Person] = {}
        self._sessions: dict[str, tuple[str, Person]] = {}
        self._numbers = itertools.count(1)

    def add(self, email: str, **fields: Any) -> Person:
        person = Person(f"user-{next(self._numbers)}", email, **fields)
        self.people[email] = person
        return person

    @contextlib.contextmanager
    def behind(self, client: Any) -> Iterator[None]:
        """Answer the calls of a botocore client."""
        events, name = client.meta.events, "before-call.cognito-identity-provider"
        events.register_last(name, self._answer)  # after the faults that a test puts before it
        try:
            yield
        finally:
            events.unregister(name, self._answer)

    def _answer(self, model: Any, params: dict[str, Any], **_: Any) -> Any:
        sent = json.loads(params["body"])
        self.calls.append(model.name)
        self.sent.append(sent)
        assert sent.get("UserPoolId", POOL) == POOL
        assert sent.get("ClientId", POOL_CLIENT) == POOL_CLIENT
        try:
            parsed = getattr(self, model.name)(sent)
        except RefusalError as refusal:
            code, text = (*refusal.args, "canary of the text of an error")[:2]
            error = {"Code": code, "Message": text}
            metadata = {"HTTPStatusCode": 400}
            return SimpleNamespace(status_code=400), {"Error": error, "ResponseMetadata": metadata}
        return SimpleNamespace(status_code=200), parsed or {}

    # The operations, by their names in AWS.

    def SignUp(self, sent: Any) -> None:  # noqa: N802
        if sent["Username"] in self.people:
            raise RefusalError("UsernameExistsException")
        email = sent["Username"]
        self.add(email, password=sent["Password"], status="UNCONFIRMED", code=CODE)
        self._mail(email)

    def ResendConfirmationCode(self, sent: Any) -> None:  # noqa: N802
        if person := self.people.get(sent["Username"]):
            if person.status != "UNCONFIRMED":
                raise RefusalError("InvalidParameterException")
            self._mail(person.email)

    def ConfirmSignUp(self, sent: Any) -> None:  # noqa: N802
        person = self.people.get(sent["Username"])
        if person and person.status == "CONFIRMED":
            raise RefusalError("NotAuthorizedException")
        self._use_code(person, sent).status = "CONFIRMED"

    def AdminSetUserPassword(self, sent: Any) -> None:  # noqa: N802
        assert sent["Permanent"]
        person = self._by_email(sent["Username"])
        person.password, person.status = sent["Password"], "CONFIRMED"

    def ForgotPassword(self, sent: Any) -> None:  # noqa: N802
        if person := self.people.get(sent["Username"]):
            if not person.enabled:
                raise RefusalError("NotAuthorizedException")
            if person.status != "CONFIRMED":
                raise RefusalError("InvalidParameterException")
            person.code = CODE
            self._mail(person.email)

    def ConfirmForgotPassword(self, sent: Any) -> None:  # noqa: N802
        self._use_code(self.people.get(sent["Username"]), sent).password = sent["Password"]

    def AdminUserGlobalSignOut(self, sent: Any) -> None:  # noqa: N802
        person = self._by_email(sent["Username"])
        self._tokens = {t: holder for t, holder in self._tokens.items() if holder is not person}

    def AdminInitiateAuth(self, sent: Any) -> Any:  # noqa: N802
        assert sent["AuthFlow"] == "ADMIN_USER_PASSWORD_AUTH"
        person = self.people.get(sent["AuthParameters"]["USERNAME"])
        if person is None or not person.enabled:
            raise RefusalError("NotAuthorizedException")
        if person.status == "UNCONFIRMED":
            raise RefusalError("UserNotConfirmedException")
        if person.password != sent["AuthParameters"]["PASSWORD"]:
            raise RefusalError("NotAuthorizedException")
        if person.status == "FORCE_CHANGE_PASSWORD":
            return self._challenge("NEW_PASSWORD_REQUIRED", person)
        return self._challenge("SOFTWARE_TOKEN_MFA", person) if person.mfa else self._signed(person)

    def AdminRespondToAuthChallenge(self, sent: Any) -> Any:  # noqa: N802
        challenge, person = self._sessions.get(sent["Session"], ("", None))
        answers = sent["ChallengeResponses"]
        if person is None or person is not self.people.get(answers["USERNAME"]):
            raise RefusalError("NotAuthorizedException")
        if challenge != sent["ChallengeName"]:
            raise RefusalError("InvalidParameterException")
        if challenge == "NEW_PASSWORD_REQUIRED":
            person.password, person.status = answers["NEW_PASSWORD"], "CONFIRMED"
            if person.mfa:
                return self._challenge("SOFTWARE_TOKEN_MFA", person)
        elif answers["SOFTWARE_TOKEN_MFA_CODE"] != CODE:
            raise RefusalError("CodeMismatchException")
        del self._sessions[sent["Session"]]
        return self._signed(person)

    def GetTokensFromRefreshToken(self, sent: Any) -> Any:  # noqa: N802
        answer = self._signed(self._holder(sent["RefreshToken"]))
        if self.rotates:
            del self._tokens[sent["RefreshToken"]]
        else:
            del answer["AuthenticationResult"]["RefreshToken"]
        return answer

    def RevokeToken(self, sent: Any) -> None:  # noqa: N802
        self._holder(sent["Token"])
        del self._tokens[sent["Token"]]

    def AdminGetUser(self, sent: Any) -> Any:  # noqa: N802
        person = self._by_id(sent["Username"])
        attributes = {"sub": person.id, "email": person.email}
        if person.status == "CONFIRMED":
            attributes["email_verified"] = "true"
        factors = {"UserMFASettingList": ["SOFTWARE_TOKEN_MFA"]} if person.mfa else {}
        return {
            "Username": person.id,
            "UserAttributes": [{"Name": n, "Value": v} for n, v in attributes.items()],
            "UserCreateDate": datetime(2026, 1, 1, 12, tzinfo=UTC),
            **factors,
        }

    def AdminListGroupsForUser(self, sent: Any) -> Any:  # noqa: N802
        groups = self._by_id(sent["Username"]).groups
        return {"Groups": [{"GroupName": name} for name in groups]}

    def AdminDeleteUser(self, sent: Any) -> None:  # noqa: N802
        del self.people[self._by_id(sent["Username"]).email]

    def AssociateSoftwareToken(self, sent: Any) -> Any:  # noqa: N802
        self._holder(sent["AccessToken"]).authenticator = "CANARYSECRET2345"
        return {"SecretCode": "CANARYSECRET2345"}

    def VerifySoftwareToken(self, sent: Any) -> Any:  # noqa: N802
        if self._holder(sent["AccessToken"]).authenticator is None:
            raise RefusalError("SoftwareTokenMFANotFoundException")
        if sent["UserCode"] != CODE:
            raise RefusalError("EnableSoftwareTokenMFAException")
        return {"Status": "SUCCESS"}

    def SetUserMFAPreference(self, sent: Any) -> None:  # noqa: N802
        self._holder(sent["AccessToken"]).mfa = _enabled(sent["SoftwareTokenMfaSettings"])

    def AdminSetUserMFAPreference(self, sent: Any) -> None:  # noqa: N802
        person = self._by_id(sent["Username"])
        if person.authenticator is None:
            raise RefusalError("InvalidParameterException")
        person.mfa = _enabled(sent["SoftwareTokenMfaSettings"])

    def _mail(self, email: str) -> None:
        if not self.mails_left:
            text = "Exceeded daily email limit for the operation or the account."
            raise RefusalError("LimitExceededException", text)
        self.mails_left -= 1
        self.mail.append(email)

    def _by_email(self, email: str) -> Person:
        if email not in self.people:
            raise RefusalError("UserNotFoundException")
        return self.people[email]

    def _by_id(self, user_id: str) -> Person:
        for person in self.people.values():
            if person.id == user_id:
                return person
        raise RefusalError("UserNotFoundException")

    def _use_code(self, person: Person | None, sent: Any) -> Person:
        if person is None or person.code is None:
            raise RefusalError("ExpiredCodeException")
        if person.code != sent["ConfirmationCode"]:
            raise RefusalError("CodeMismatchException")
        person.code = None
        return person

    def _holder(self, token: str) -> Person:
        if token not in self._tokens:
            raise RefusalError("NotAuthorizedException")
        return self._tokens[token]

    def _challenge(self, name: str, person: Person) -> Any:
        session = f"canary-session-of-a-challenge-{next(self._numbers)}"
        self._sessions[session] = (name, person)
        return {"ChallengeName": name, "Session": session}

    def _signed(self, person: Person) -> Any:
        number = next(self._numbers)
        tokens = {
            name: f"canary-{name}-{number}" for name in ("IdToken", "AccessToken", "RefreshToken")
        }
        self._tokens |= dict.fromkeys([tokens["AccessToken"], tokens["RefreshToken"]], person)
        return {"AuthenticationResult": tokens | {"ExpiresIn": 900, "TokenType": "Bearer"}}


def _enabled(factor: dict[str, bool]) -> bool:
    """Whether a factor is asked for: each that is enabled. Cognito prefers none that is not."""
    if factor["PreferredMfa"] and not factor["Enabled"]:
        raise RefusalError("InvalidParameterException")
    return factor["Enabled"]
