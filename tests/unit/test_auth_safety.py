"""Nobody learns from auth who its users are, and nothing that they send is told to anybody."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
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
from tests.unit.test_dynamodb import NO_ANSWER

from catalog import errors
from catalog.auth import cognito as auth_cognito
from catalog.auth import model

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
    "signup": {"password": PASSWORD},
    "confirm": {"code": WRONG_CODE},
    "resend": {},
    "forgot-password": {},
    "reset-password": {"code": WRONG_CODE, "newPassword": NEW_PASSWORD},
    "login": {"password": WRONG_PASSWORD},
    "challenge": {"session": SESSION, "code": WRONG_CODE},
}
# All that a known user of the API sends, with what is right and what is wrong.
SENT: list[tuple[str, str, dict[str, str]]] = [
    *(("POST", f"/auth/{route}", {"email": EMAIL, **fields}) for route, fields in GUESSES.items()),
    ("POST", "/auth/confirm", {"email": EMAIL, "code": CODE}),
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

    assert known.raw == unknown.raw
    assert calls_of_known == calls_of_unknown


@pytest.mark.parametrize("state", ["unconfirmed", "disabled"])
def test_even_the_right_password_does_not_tell_of_one_who_may_not_sign_in(
    auth: Client, pool: Pool, state: str
) -> None:
    unknown = auth("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})
    STATES[state](pool)

    known = auth("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})

    assert known.raw == unknown.raw


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

    with before(operation, fails(code), auth.function.cognito):
        answer, _ = guess(auth, pool, route)

    assert answer.raw == unknown.raw


def test_a_call_is_made_once_however_it_ends(auth: Client, pool: Pool) -> None:
    busy = fails("TooManyRequestsException")

    with before("AdminInitiateAuth", busy, auth.function.cognito) as calls:
        auth("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})

    # Hooked in front of the retries, so that those of the client itself are asked for.
    assert calls.call_count == 1
    assert auth.function.cognito.meta.config.retries["total_max_attempts"] == 1


# Faults


@pytest.mark.parametrize(("method", "path", "body"), SENT)
@pytest.mark.parametrize("fault", [fails("TooManyRequestsException"), raises(NO_ANSWER[0])])
def test_a_pool_that_is_busy_or_gone_makes_the_api_unavailable(
    auth: Client, method: str, path: str, body: dict[str, str], fault: Any
) -> None:
    with before("*", fault, auth.function.cognito):
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
    with before("*", fault, auth.function.cognito):
        answer = auth("POST", "/auth/resend", {"email": EMAIL})

    assert answer.status == 503
    assert "canary" not in answer.text


@pytest.mark.parametrize(("method", "path", "body"), SENT)
def test_a_fault_that_nobody_expects_shows_nothing_of_itself(
    auth: Client, method: str, path: str, body: dict[str, str]
) -> None:
    with before("*", fails("ResourceNotFoundException"), auth.function.cognito):
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
    "kind", [each for each in vars(model).values() if isinstance(each, type)], ids=str
)
def test_what_is_confidential_is_not_shown_as_text(kind: type) -> None:
    if issubclass(kind, model.Confidential):
        fields = dict.fromkeys(kind.__struct_fields__, "canary")
        if kind is model.ChallengeInput:
            del fields["code"]

        shown = kind(**fields)

        assert reveals(f"{shown} {shown!r} {[shown]}") == []


@pytest.mark.parametrize("refusal", ["UserNotFoundException", "CodeMismatchException"])
def test_an_error_has_nothing_of_the_request_in_it(auth: Client, pool: Pool, refusal: str) -> None:
    sent = model.ConfirmationInput(email=EMAIL, code=CODE)

    with (
        before("*", raises(RuntimeError(refusal)), auth.function.cognito),
        pytest.raises(RuntimeError) as caught,
    ):
        auth.function.service.confirm(sent)

    assert reveals("".join(traceback.format_exception(caught.value))) == []
    assert reveals(str(errors.InvalidCodeError())) == []
