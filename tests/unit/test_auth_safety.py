"""Nobody learns from auth who its users are, and nothing that they send is told to anybody."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from tests.unit import contract
from tests.unit.cognito import (
    CODE,
    NEW_PASSWORD,
    PASSWORD,
    SECRETS,
    WRONG_CODE,
    WRONG_PASSWORD,
    Pool,
)
from tests.unit.dynamodb import before, fails, raises
from tests.unit.gateway import Answer, Client, id_token
from tests.unit.test_dynamodb import NO_ANSWER, aws_response

from catalog.auth import cognito as auth_cognito
from catalog.auth import model
from catalog.errors import InvalidCodeError

EMAIL = "canary.walnut@example.com"
SESSION = "canary-session-of-nobody"
STATES: dict[str, Callable[[Pool], object]] = {
    "confirmed": lambda pool: pool.add(EMAIL),
    "unconfirmed": lambda pool: pool.add(EMAIL, status="UNCONFIRMED", code=CODE),
    "disabled": lambda pool: pool.add(EMAIL, enabled=False),
    "with an authenticator": lambda pool: pool.add(EMAIL, mfa=True),
    "to set a password": lambda pool: pool.add(EMAIL, status="FORCE_CHANGE_PASSWORD"),
}
# What a stranger may send: they have neither the password nor a code.
GUESSES: dict[str, dict[str, str]] = {
    "signup": {},
    "confirm": {"code": WRONG_CODE, "password": NEW_PASSWORD},
    "resend": {},
    "forgot-password": {},
    "reset-password": {"code": WRONG_CODE, "newPassword": NEW_PASSWORD},
    "login": {"password": WRONG_PASSWORD},
    "challenge": {"session": SESSION, "code": WRONG_CODE},
}
# All that a known user of the API sends, with what is right and what is wrong.
SENT: list[tuple[str, str, dict[str, str]]] = [
    *(("POST", f"/auth/{route}", {"email": EMAIL, **fields}) for route, fields in GUESSES.items()),
    ("POST", "/auth/confirm", {"email": EMAIL, "code": CODE, "password": PASSWORD}),
    ("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD}),
    ("POST", "/auth/challenge", {"email": EMAIL, "session": SESSION, "newPassword": NEW_PASSWORD}),
    ("POST", "/auth/refresh", {"refreshToken": "canary-token"}),
    ("POST", "/auth/logout", {"refreshToken": "canary-token"}),
    ("GET", "/auth/me", {}),
    ("DELETE", "/auth/me", {}),
    ("POST", "/auth/me/totp", {"accessToken": "canary-token"}),
    ("PUT", "/auth/me/totp", {"accessToken": "canary-token", "code": CODE}),
    ("DELETE", "/auth/me/totp", {}),
]


def guess(auth: Client, pool: Pool, route: str) -> tuple[Answer, list[str]]:
    """The answer to a stranger, and the calls that it took."""
    answer = auth("POST", f"/auth/{route}", {"email": EMAIL, **GUESSES[route]})
    return answer, pool.calls


def told(answer: Answer) -> tuple[int, str, dict[str, str]]:
    """All of an answer, but how many more the caller may ask for."""
    headers = {name: line for name, line in answer.headers.items() if name != "ratelimit"}
    return answer.status, answer.text, headers


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("route", GUESSES)
def test_a_stranger_learns_nothing_about_an_address(
    auth: Client, pool: Pool, route: str, state: str
) -> None:
    unknown, calls_of_unknown = guess(auth, pool, route)
    pool.people.clear()
    pool.calls = []
    STATES[state](pool)

    known, calls_of_known = guess(auth, pool, route)

    assert told(known) == told(unknown)
    assert calls_of_known == calls_of_unknown


@pytest.mark.parametrize("state", ["unconfirmed", "disabled"])
def test_even_the_right_password_does_not_tell_of_one_who_may_not_sign_in(
    auth: Client, pool: Pool, state: str
) -> None:
    unknown = auth("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})
    STATES[state](pool)

    known = auth("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})

    assert told(known) == told(unknown)


REFUSALS = [
    ("confirm", "ConfirmSignUp", auth_cognito._WRONG_CODE),
    ("reset-password", "ConfirmForgotPassword", auth_cognito._WRONG_CODE),
    ("login", "AdminInitiateAuth", auth_cognito._NOT_SIGNED_IN),
    ("challenge", "AdminRespondToAuthChallenge", auth_cognito._WRONG_ANSWER),
]


@pytest.mark.parametrize(
    ("route", "operation", "code"),
    [(route, operation, code) for route, operation, codes in REFUSALS for code in sorted(codes)],
)
def test_whatever_the_pool_refuses_it_for_the_answer_is_one(
    auth: Client, pool: Pool, route: str, operation: str, code: str
) -> None:
    unknown, _ = guess(auth, pool, route)

    with before(operation, fails(code), client=auth.function.cognito):
        answer, _ = guess(auth, pool, route)

    assert told(answer) == told(unknown)


@pytest.mark.parametrize(
    ("route", "operation"),
    [
        ("reset-password", "ConfirmForgotPassword"),
        ("challenge", "AdminRespondToAuthChallenge"),
    ],
)
def test_that_threat_protection_refuses_a_password_is_not_told(
    auth: Client, pool: Pool, route: str, operation: str
) -> None:
    unknown, _ = guess(auth, pool, route)

    with before(operation, fails("InvalidPasswordException"), client=auth.function.cognito):
        answer, _ = guess(auth, pool, route)

    assert told(answer) == told(unknown)


def test_a_call_is_made_once_however_it_ends(
    auth_function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth_function.limits, "take", lambda *_, **__: None)
    tries = []
    events, name = auth_function.cognito.meta.events, "before-send.cognito-identity-provider"

    def exceed(**_: Any) -> AWSResponse:
        tries.append(1)
        return aws_response(400, b'{"__type": "LimitExceededException"}')

    # botocore takes LimitExceededException for throttling; here, it counts one user's codes.
    events.register_first(name, exceed)
    try:
        answer = Client(auth_function)("POST", "/auth/forgot-password", {"email": EMAIL})
    finally:
        events.unregister(name, exceed)

    assert answer.status == 202
    assert len(tries) == 1


# Faults


@pytest.mark.parametrize(("method", "path", "body"), SENT)
@pytest.mark.parametrize("fault", [fails("TooManyRequestsException"), raises(NO_ANSWER[0])])
def test_a_pool_that_is_busy_or_gone_makes_the_api_unavailable(
    auth: Client, method: str, path: str, body: dict[str, str], fault: Any
) -> None:
    with before("*", fault, client=auth.function.cognito):
        answer = auth(method, path, body or None)

    assert answer.status == 503
    contract.validator("Problem").validate(answer.json)
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "fault",
    [
        *(fails(code) for code in sorted(auth_cognito._BUSY)),
        fails("AnythingException", status=500),
        *(raises(error) for error in NO_ANSWER),
    ],
)
def test_whatever_a_pool_is_busy_with_says_nothing(auth: Client, fault: Any) -> None:
    with before("*", fault, client=auth.function.cognito):
        answer = auth("POST", "/auth/resend", {"email": EMAIL})

    assert answer.status == 503
    assert "canary" not in answer.text


@pytest.mark.parametrize(("method", "path", "body"), SENT)
def test_a_fault_that_nobody_expects_shows_nothing_of_itself(
    auth: Client, method: str, path: str, body: dict[str, str]
) -> None:
    with before("*", fails("ResourceNotFoundException"), client=auth.function.cognito):
        answer = auth(method, path, body or None)

    assert answer.status == 500
    assert answer.json["type"] == "urn:catalog:problem:internal-error"
    assert "canary" not in answer.text.lower()


# Secrets


def reveals(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text.lower()]


@pytest.mark.parametrize(("method", "path", "body"), SENT)
@pytest.mark.parametrize("state", ["nobody", *STATES])
def test_nothing_of_a_request_is_in_the_log_or_in_a_problem(
    auth: Client, pool: Pool, method: str, path: str, body: dict[str, str], state: str
) -> None:
    if state in STATES:
        STATES[state](pool)
    auth.claims = id_token("user-1", email=EMAIL)

    answer = auth(method, path, body or None)

    assert reveals(answer.output) == []
    assert answer.status < 400 or reveals(answer.text) == []


@pytest.mark.parametrize(("method", "path", "body"), [each for each in SENT if each[2]])
def test_nothing_of_a_request_that_breaks_the_contract_is_shown(
    auth: Client, method: str, path: str, body: dict[str, str]
) -> None:
    spoiled: list[Any] = [{**body, "more": "canary"}, list(body.values()), str(body)]
    spoiled += [{**body, name: ["canary"]} for name in body]
    spoiled += [{name: body[name] for name in body if name != left_out} for left_out in body]
    auth.claims = id_token("user-1")

    for each in spoiled:
        answer = auth(method, path, each)
        assert answer.status == 400, answer.text
        assert reveals(answer.text + answer.output) == []


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in vars(model).values()
        if isinstance(kind, type) and issubclass(kind, model.Confidential)
    ],
    ids=lambda kind: kind.__name__,
)
def test_what_is_confidential_is_not_shown_as_text(kind: type[model.Confidential]) -> None:
    fields = dict.fromkeys(kind.__struct_fields__, "canary")
    if kind is model.ChallengeInput:
        del fields["code"]

    shown = kind(**fields)

    assert reveals(f"{shown} {shown!r} {[shown]}") == []
    assert str(shown) == f"{kind.__name__}(…)"


def test_an_error_tells_nothing_of_the_request(auth: Client, pool: Pool) -> None:
    sent = model.ConfirmationInput(email=EMAIL, code=WRONG_CODE, password=PASSWORD)

    with pytest.raises(InvalidCodeError) as refused:
        auth.function.service.confirm(sent)

    text = "".join(traceback.format_exception(refused.value))
    assert "ExpiredCodeException" in text
    assert EMAIL not in text
    assert WRONG_CODE not in text
