"""The routes of auth: what each answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.unit import contract, gateway
from tests.unit.cognito import CODE, NEW_PASSWORD, PASSWORD, WRONG_CODE, WRONG_PASSWORD, Pool
from tests.unit.dynamodb import before, fails
from tests.unit.gateway import Answer, Client

from catalog.auth.cognito import _NOT_SENT
from catalog.auth.model import NEW_PASSWORD as PASSWORD_POLICY

EMAIL = "canary.walnut@example.com"
MAYBE_SENT = {"message": "If a code is due to this address, it is on its way."}


def post(auth: Client, route: str, **fields: Any) -> Answer:
    return auth("POST", f"/auth/{route}", fields)


def sign_in(auth: Client, **fields: Any) -> dict[str, Any]:
    answer = post(auth, "login", **({"email": EMAIL, "password": PASSWORD} | fields))
    assert answer.status == 200, answer.text
    contract.validator("SignIn").validate(answer.json)
    return dict(answer.json)


def confirm(auth: Client, **fields: Any) -> Answer:
    return post(auth, "confirm", **({"email": EMAIL, "code": CODE, "password": PASSWORD} | fields))


def refused(answer: Answer, status: int, slug: str) -> None:
    assert answer.status == status, answer.text
    contract.validator("Problem").validate(answer.json)
    assert answer.json["type"] == f"urn:catalog:problem:{slug}"


# Signing up


def test_who_signs_up_and_confirms_can_sign_in(auth: Client, pool: Pool) -> None:
    signed_up = post(auth, "signup", email=EMAIL)
    confirmed = confirm(auth)

    assert (signed_up.status, signed_up.json) == (202, MAYBE_SENT)
    assert confirmed.status == 204
    assert pool.mail == [EMAIL]
    assert sign_in(auth)["tokenType"] == "Bearer"


def test_upper_and_lower_case_are_the_same_address(auth: Client, pool: Pool) -> None:
    post(auth, "signup", email="Canary.Walnut@Example.com")
    confirm(auth, email="CANARY.WALNUT@EXAMPLE.COM")

    assert list(pool.people) == [EMAIL]
    sign_in(auth, email="canary.WALNUT@example.com")


def test_who_signs_up_again_unconfirmed_gets_the_code_again(auth: Client, pool: Pool) -> None:
    post(auth, "signup", email=EMAIL)

    again = post(auth, "signup", email=EMAIL)

    assert again.status == 202
    assert pool.mail == [EMAIL, EMAIL]


def test_until_the_address_is_confirmed_the_password_is_nobody_s(auth: Client, pool: Pool) -> None:
    others = [f"canary.{n}@example.com" for n in range(3)]

    answers = [post(auth, "signup", email=email) for email in (EMAIL, *others)]

    passwords = {person.password for person in pool.people.values()}
    assert len(passwords) == 4
    assert all(re.fullmatch(PASSWORD_POLICY, password) for password in passwords)
    assert not any(password in auth.output + str(answers) for password in passwords)


def test_who_cannot_read_the_mail_signs_up_nobody(auth: Client, pool: Pool) -> None:
    """Nobody else may hold a password of an address when its owner confirms it."""
    refused(post(auth, "signup", email=EMAIL, password=WRONG_PASSWORD), 400, "invalid-body")
    post(auth, "signup", email=EMAIL)
    refused(confirm(auth, code=WRONG_CODE, password=WRONG_PASSWORD), 422, "invalid-code")

    confirm(auth)

    sign_in(auth)
    refused(post(auth, "login", email=EMAIL, password=WRONG_PASSWORD), 401, "invalid-credentials")


def test_a_code_that_was_taken_without_the_password_leads_to_another(
    auth: Client, pool: Pool
) -> None:
    post(auth, "signup", email=EMAIL)
    busy = fails("TooManyRequestsException")

    with before("AdminSetUserPassword", busy, client=auth.function.cognito):
        assert confirm(auth).status == 503

    refused(confirm(auth), 422, "invalid-code")
    post(auth, "forgot-password", email=EMAIL)
    post(auth, "reset-password", email=EMAIL, code=CODE, newPassword=PASSWORD)
    sign_in(auth)


def test_signing_up_changes_nothing_for_a_confirmed_user(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)

    answer = post(auth, "signup", email=EMAIL)

    assert answer.status == 202
    assert pool.mail == []
    assert pool.people[EMAIL].password == PASSWORD


def test_a_code_is_sent_again_while_the_address_is_not_confirmed(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, status="UNCONFIRMED")
    pool.add("canary.oak@example.com")

    answers = [
        post(auth, "resend", email=email)
        for email in (EMAIL, "canary.oak@example.com", "canary.nobody@example.com")
    ]

    assert [(answer.status, answer.json) for answer in answers] == [(202, MAYBE_SENT)] * 3
    assert pool.mail == [EMAIL]


def test_a_wrong_code_confirms_nobody(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, status="UNCONFIRMED", code=CODE)

    answer = confirm(auth, code=WRONG_CODE, password=NEW_PASSWORD)

    refused(answer, 422, "invalid-code")
    assert pool.people[EMAIL].status == "UNCONFIRMED"
    assert pool.people[EMAIL].password == PASSWORD


def test_a_code_confirms_once(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, status="UNCONFIRMED", code=CODE)
    confirm(auth)

    refused(confirm(auth, password=NEW_PASSWORD), 422, "invalid-code")
    assert pool.people[EMAIL].password == PASSWORD


# Signing in


def test_tokens_are_valid_for_some_seconds(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)

    tokens = sign_in(auth)

    assert tokens.keys() == {"idToken", "accessToken", "refreshToken", "expiresIn", "tokenType"}
    assert tokens["expiresIn"] == 900


def test_tokens_are_never_kept_on_the_way(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)

    answer = post(auth, "login", email=EMAIL, password=PASSWORD)

    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_password_signs_nobody_in(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)

    answer = post(auth, "login", email=EMAIL, password=WRONG_PASSWORD)

    refused(answer, 401, "invalid-credentials")


def test_the_pool_learns_from_where_somebody_signs_in(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, status="FORCE_CHANGE_PASSWORD", mfa=True)

    session = sign_in(auth)["session"]
    answer = post(auth, "challenge", email=EMAIL, session=session, newPassword=NEW_PASSWORD)
    post(auth, "challenge", email=EMAIL, session=answer.json["session"], code=CODE)

    contexts = [sent["ContextData"] for sent in pool.sent]
    assert [(context["IpAddress"], context["ServerPath"]) for context in contexts] == [
        ("192.0.2.1", "/auth/login"),
        ("192.0.2.1", "/auth/challenge"),
        ("192.0.2.1", "/auth/challenge"),
    ]


def test_without_an_address_of_the_client_signing_in_works(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)
    event = gateway.proxy_event("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})
    event["requestContext"]["identity"] = None

    assert auth.invoke(event).status == 200


def test_an_authenticator_is_asked_for_its_code(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, mfa=True)

    challenge = sign_in(auth)
    answer = post(auth, "challenge", email=EMAIL, session=challenge["session"], code=CODE)

    assert challenge["challenge"] == "SOFTWARE_TOKEN_MFA"
    assert answer.status == 200
    contract.validator("Tokens").validate(answer.json)


def test_a_password_that_somebody_else_set_must_be_replaced(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, status="FORCE_CHANGE_PASSWORD")

    challenge = sign_in(auth)
    session = challenge["session"]
    answer = post(auth, "challenge", email=EMAIL, session=session, newPassword=NEW_PASSWORD)

    assert challenge["challenge"] == "NEW_PASSWORD_REQUIRED"
    contract.validator("Tokens").validate(answer.json)
    assert pool.people[EMAIL].password == NEW_PASSWORD


def test_a_challenge_may_lead_to_the_next(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, status="FORCE_CHANGE_PASSWORD", mfa=True)

    session = sign_in(auth)["session"]
    answer = post(auth, "challenge", email=EMAIL, session=session, newPassword=NEW_PASSWORD)

    contract.validator("Challenge").validate(answer.json)
    assert answer.json["challenge"] == "SOFTWARE_TOKEN_MFA"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": WRONG_CODE},
        {"session": "canary-session-of-nobody"},
        {"email": "canary.oak@example.com"},
        {"email": "canary.nobody@example.com"},
    ],
)
def test_a_wrong_answer_signs_nobody_in(auth: Client, pool: Pool, wrong: dict[str, str]) -> None:
    pool.add(EMAIL, mfa=True)
    pool.add("canary.oak@example.com", mfa=True)
    right = {"email": EMAIL, "session": sign_in(auth)["session"], "code": CODE}

    answer = post(auth, "challenge", **(right | wrong))

    refused(answer, 401, "invalid-credentials")


def test_an_authenticator_is_not_got_round_by_a_new_password(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, mfa=True)
    session = sign_in(auth)["session"]

    answer = post(auth, "challenge", email=EMAIL, session=session, newPassword=NEW_PASSWORD)

    refused(answer, 401, "invalid-credentials")
    assert pool.people[EMAIL].password == PASSWORD


@pytest.mark.parametrize("answers", [{}, {"code": CODE, "newPassword": NEW_PASSWORD}])
def test_a_challenge_has_one_answer(auth: Client, answers: dict[str, str]) -> None:
    answer = post(auth, "challenge", email=EMAIL, session="canary-session-of-nobody", **answers)

    refused(answer, 400, "invalid-body")
    assert answer.json["errors"][0]["detail"] == "Expected either `code` or `newPassword`"


# Staying signed in


def test_a_refresh_token_that_is_rotated_is_good_for_one_refresh(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)
    first = sign_in(auth)["refreshToken"]

    answer = post(auth, "refresh", refreshToken=first)

    contract.validator("Tokens").validate(answer.json)
    assert answer.json["refreshToken"] != first
    refused(post(auth, "refresh", refreshToken=first), 401, "invalid-token")
    assert post(auth, "refresh", refreshToken=answer.json["refreshToken"]).status == 200


def test_a_refresh_token_that_is_not_rotated_stays_valid(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)
    pool.rotates = False
    refresh_token = sign_in(auth)["refreshToken"]

    answers = [post(auth, "refresh", refreshToken=refresh_token) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert "refreshToken" not in answers[0].json


def test_after_logging_out_the_refresh_token_is_worth_nothing(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)
    refresh_token = sign_in(auth)["refreshToken"]

    answers = [post(auth, "logout", refreshToken=refresh_token) for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    refused(post(auth, "refresh", refreshToken=refresh_token), 401, "invalid-token")


# Another password


def test_who_has_the_code_sets_another_password(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)

    asked = post(auth, "forgot-password", email=EMAIL)
    reset = post(auth, "reset-password", email=EMAIL, code=CODE, newPassword=NEW_PASSWORD)

    assert (asked.status, asked.json) == (202, MAYBE_SENT)
    assert reset.status == 204
    assert pool.mail == [EMAIL]
    sign_in(auth, password=NEW_PASSWORD)
    refused(post(auth, "login", email=EMAIL, password=PASSWORD), 401, "invalid-credentials")


def test_who_has_no_code_sets_no_password(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, code=CODE)

    answer = post(auth, "reset-password", email=EMAIL, code=WRONG_CODE, newPassword=NEW_PASSWORD)

    refused(answer, 422, "invalid-code")
    assert pool.people[EMAIL].password == PASSWORD


def test_another_password_ends_what_the_old_one_led_to(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL)
    pool.add("canary.oak@example.com")
    mine = sign_in(auth)["refreshToken"]
    theirs = sign_in(auth, email="canary.oak@example.com")["refreshToken"]
    post(auth, "forgot-password", email=EMAIL)

    post(auth, "reset-password", email=EMAIL, code=CODE, newPassword=NEW_PASSWORD)

    refused(post(auth, "refresh", refreshToken=mine), 401, "invalid-token")
    assert post(auth, "refresh", refreshToken=theirs).status == 200


def test_a_reset_that_has_ended_nothing_is_none(auth: Client, pool: Pool) -> None:
    pool.add(EMAIL, code=CODE)
    busy = fails("TooManyRequestsException")

    with before("AdminUserGlobalSignOut", busy, client=auth.function.cognito):
        answer = post(auth, "reset-password", email=EMAIL, code=CODE, newPassword=NEW_PASSWORD)

    assert answer.status == 503
    assert answer.metrics.keys() == {"ServerError"}


@pytest.mark.parametrize("operation", ["AdminSetUserPassword", "AdminUserGlobalSignOut"])
def test_who_is_deleted_after_the_code_was_right_has_none(
    auth: Client, pool: Pool, operation: str
) -> None:
    deleted = fails("UserNotFoundException")
    confirms = operation == "AdminSetUserPassword"
    pool.add(EMAIL, status="UNCONFIRMED" if confirms else "CONFIRMED", code=CODE)

    with before(operation, deleted, client=auth.function.cognito):
        answer = (
            confirm(auth)
            if confirms
            else post(auth, "reset-password", email=EMAIL, code=CODE, newPassword=NEW_PASSWORD)
        )

    refused(answer, 422, "invalid-code")


# The user


@pytest.fixture
def me(auth: Client, pool: Pool) -> Client:
    """The client of a user who has signed in."""
    auth.claims = gateway.id_token(pool.add(EMAIL, groups=["admin"]).id)
    return auth


def test_a_user_sees_themselves(me: Client, pool: Pool) -> None:
    answer = me("GET", "/auth/me")

    assert answer.status == 200
    contract.validator("User").validate(answer.json)
    assert answer.json == {
        "id": pool.people[EMAIL].id,
        "email": EMAIL,
        "emailVerified": True,
        "groups": ["admin"],
        "mfa": False,
        "createdAt": "2026-01-01T12:00:00.000Z",
    }


def test_an_address_that_nobody_confirmed_is_not_verified(me: Client, pool: Pool) -> None:
    pool.people[EMAIL].status = "FORCE_CHANGE_PASSWORD"

    assert me("GET", "/auth/me").json["emailVerified"] is False


def test_a_user_deletes_themselves(me: Client, pool: Pool) -> None:
    pool.add("canary.oak@example.com")

    deleted = [me("DELETE", "/auth/me") for _ in range(2)]

    assert [answer.status for answer in deleted] == [204, 204]
    assert list(pool.people) == ["canary.oak@example.com"]


ABOUT_ME: list[tuple[str, str, Any]] = [
    ("GET", "/auth/me", None),
    ("DELETE", "/auth/me", None),
    ("POST", "/auth/me/totp", {"accessToken": "canary-token"}),
    ("PUT", "/auth/me/totp", {"accessToken": "canary-token", "code": CODE}),
    ("DELETE", "/auth/me/totp", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ABOUT_ME)
@pytest.mark.parametrize(
    "claims",
    [
        None,
        gateway.id_token(token_use="access"),  # noqa: S106
        gateway.id_token(aud="client-of-another-pool"),
        gateway.id_token(""),
    ],
)
def test_without_an_id_token_nobody_is_known(
    auth: Client, pool: Pool, method: str, path: str, body: Any, claims: Any
) -> None:
    auth.claims = claims

    answer = auth(method, path, body)

    refused(answer, 401, "unauthorized")
    assert pool.calls == []


@pytest.mark.parametrize(
    ("method", "path", "body"), [ABOUT_ME[0], ABOUT_ME[2], ABOUT_ME[3], ABOUT_ME[4]]
)
def test_the_token_of_one_who_is_gone_is_not_valid(
    me: Client, pool: Pool, method: str, path: str, body: Any
) -> None:
    pool.people.clear()

    refused(me(method, path, body), 401, "invalid-token")


# The authenticator


@pytest.fixture
def access_token(me: Client) -> str:
    return str(sign_in(me)["accessToken"])


def test_a_user_turns_on_codes_and_off(me: Client, access_token: str, pool: Pool) -> None:
    given = me("POST", "/auth/me/totp", {"accessToken": access_token})
    on = me("PUT", "/auth/me/totp", {"accessToken": access_token, "code": CODE})

    contract.validator("Authenticator").validate(given.json)
    assert given.json["secret"] == pool.people[EMAIL].authenticator
    assert given.json["uri"] == (
        "otpauth://totp/Catalog%3Acanary.walnut%40example.com"
        f"?secret={given.json['secret']}&issuer=Catalog"
    )
    assert on.status == 204
    assert pool.sent[-1]["SoftwareTokenMfaSettings"] == {"Enabled": True, "PreferredMfa": True}
    assert me("GET", "/auth/me").json["mfa"] is True
    assert sign_in(me)["challenge"] == "SOFTWARE_TOKEN_MFA"

    off = me("DELETE", "/auth/me/totp")

    assert off.status == 204
    assert me("GET", "/auth/me").json["mfa"] is False
    assert sign_in(me)["tokenType"] == "Bearer"


def test_who_has_no_authenticator_may_turn_it_off(me: Client) -> None:
    assert me("DELETE", "/auth/me/totp").status == 204


def test_while_codes_are_asked_for_there_is_no_other_secret(
    me: Client, pool: Pool, access_token: str
) -> None:
    """Cognito has room for one: another secret would let its user in without a code."""
    person = pool.people[EMAIL]
    person.mfa, person.authenticator = True, "CANARYSECRET"

    answer = me("POST", "/auth/me/totp", {"accessToken": access_token})

    refused(answer, 409, "authenticator-in-use")
    assert person.authenticator == "CANARYSECRET"
    me("DELETE", "/auth/me/totp")
    assert me("POST", "/auth/me/totp", {"accessToken": access_token}).status == 200


def test_a_code_that_cognito_calls_no_success_turns_nothing_on(
    me: Client, pool: Pool, access_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    me("POST", "/auth/me/totp", {"accessToken": access_token})
    monkeypatch.setattr(pool, "VerifySoftwareToken", lambda _: {"Status": "ERROR"})

    answer = me("PUT", "/auth/me/totp", {"accessToken": access_token, "code": CODE})

    refused(answer, 422, "invalid-code")
    assert not pool.people[EMAIL].mfa


def test_codes_are_not_asked_for_until_one_was_right(me: Client, access_token: str) -> None:
    me("POST", "/auth/me/totp", {"accessToken": access_token})

    answer = me("PUT", "/auth/me/totp", {"accessToken": access_token, "code": WRONG_CODE})

    refused(answer, 422, "invalid-code")
    assert sign_in(me)["tokenType"] == "Bearer"


def test_without_a_secret_no_code_is_right(me: Client, access_token: str) -> None:
    answer = me("PUT", "/auth/me/totp", {"accessToken": access_token, "code": CODE})

    refused(answer, 422, "invalid-code")


@pytest.mark.parametrize(("method", "path", "body"), [ABOUT_ME[2], ABOUT_ME[3]])
def test_an_access_token_that_is_not_valid_is_refused(
    me: Client, method: str, path: str, body: Any
) -> None:
    refused(me(method, path, body), 401, "invalid-token")


def test_an_access_token_that_ends_meanwhile_is_refused(me: Client, access_token: str) -> None:
    me("POST", "/auth/me/totp", {"accessToken": access_token})
    ended = fails("NotAuthorizedException")

    with before("SetUserMFAPreference", ended, client=me.function.cognito):
        answer = me("PUT", "/auth/me/totp", {"accessToken": access_token, "code": CODE})

    refused(answer, 401, "invalid-token")


def test_a_user_who_is_deleted_meanwhile_is_gone(me: Client) -> None:
    deleted = fails("UserNotFoundException")

    with before("AdminListGroupsForUser", deleted, client=me.function.cognito):
        answer = me("GET", "/auth/me")

    refused(answer, 401, "invalid-token")


def test_a_challenge_that_the_contract_does_not_have_signs_nobody_in(
    auth: Client, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.add(EMAIL)
    challenge = {"ChallengeName": "MFA_SETUP", "Session": "canary-session"}
    monkeypatch.setattr(pool, "AdminInitiateAuth", lambda _: challenge)

    answer = post(auth, "login", email=EMAIL, password=PASSWORD)

    refused(answer, 401, "invalid-credentials")


# What operators see


@pytest.mark.parametrize("route", ["signup", "resend", "forgot-password"])
def test_that_no_more_mail_goes_out_today_is_for_operators_only(
    auth: Client, pool: Pool, route: str
) -> None:
    pool.add(EMAIL, status="CONFIRMED" if route == "forgot-password" else "UNCONFIRMED")
    pool.mails_left = 0

    answer = post(auth, route, email=EMAIL)

    assert (answer.status, answer.json) == (202, MAYBE_SENT)
    assert answer.metrics == {"UndeliveredCode": [1.0]}


def test_each_event_is_counted(auth: Client, pool: Pool) -> None:
    pool.add("canary.oak@example.com", mfa=True)
    oak = {"email": "canary.oak@example.com"}

    def counted(route: str, **fields: Any) -> set[str]:
        return set(post(auth, route, **fields).metrics)

    assert counted("signup", email=EMAIL) == {"SignedUp"}
    assert counted("signup", email=EMAIL) == set()
    assert counted("confirm", email=EMAIL, code=CODE, password=PASSWORD) == set()
    assert counted("login", email=EMAIL, password=PASSWORD) == {"SignedIn"}
    assert counted("login", email=EMAIL, password=WRONG_PASSWORD) == {"FailedLogin", "HandledError"}
    assert counted("login", **oak, password=PASSWORD) == set()
    session = sign_in(auth, **oak)["session"]
    assert counted("challenge", **oak, session=session, code=WRONG_CODE) >= {"FailedLogin"}
    assert counted("challenge", **oak, session=session, code=CODE) == {"SignedIn"}
    assert counted("forgot-password", email=EMAIL) == set()
    assert counted("reset-password", email=EMAIL, code=CODE, newPassword=NEW_PASSWORD) == {
        "PasswordReset"
    }


@pytest.mark.parametrize(
    ("route", "operation"),
    [
        ("signup", "SignUp"),
        ("resend", "ResendConfirmationCode"),
        ("forgot-password", "ForgotPassword"),
    ],
)
@pytest.mark.parametrize("code", sorted(_NOT_SENT))
def test_that_a_code_was_not_sent_is_for_operators_only(
    auth: Client, route: str, operation: str, code: str
) -> None:
    undelivered = code in ("CodeDeliveryFailureException", "InvalidEmailRoleAccessPolicyException")

    with before(operation, fails(code), client=auth.function.cognito):
        answer = post(auth, route, email=EMAIL)

    assert (answer.status, answer.json) == (202, MAYBE_SENT)
    assert answer.metrics == ({"UndeliveredCode": [1.0]} if undelivered else {})
    errors = [line["error_code"] for line in answer.lines if line.get("level") == "ERROR"]
    assert errors == ([code] if undelivered else [])
