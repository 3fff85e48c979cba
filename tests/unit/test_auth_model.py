"""The model of auth and the contract accept and refuse the same."""

from __future__ import annotations

import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import contract
from tests.unit.gateway import Client

from catalog.auth import model

INPUTS = [
    model.EmailInput,
    model.ConfirmationInput,
    model.PasswordResetInput,
    model.LoginInput,
    model.ChallengeInput,
    model.RefreshTokenInput,
    model.AccessTokenInput,
    model.AuthenticatorInput,
]
FIELDS = ["email", "password", "newPassword", "code", "session", "refreshToken", "accessToken"]
PASSWORDS = [
    "Correct-horse-7",
    "Aa1!" * 3,
    "Aa1!" * 64,
    *(f"Correct{symbol}horse7" for symbol in string.punctuation),
]
REFUSED_PASSWORDS = [
    "Aa1!Aa1!Aa1",
    "Aa1!" * 64 + "a",
    "correct-horse-7",
    "CORRECT-HORSE-7",
    "Correct-horse-x",
    "Correcthorse77",
    "Correct horse-7",
    "Correct-hörse-7",
    "Correct-horse-7\n",
    " Correct-horse-7",
    "",
]
EMAILS = ["a@b.cc", "A.b+c@d-e.f.gg", "o'neil@example.com", f"{'a' * 64}@{'b' * 59}.com"]
REFUSED_EMAILS = [
    "", "a", "a@b", "@b.cc", "a@.cc", "a b@c.dd", "a@b.cc ", "a@b.cc\n", "a@b@c.dd", "é@b.cc",
    f"{'a' * 65}@b.cc", f"{'a' * 64}@{'b' * 60}.com",
]  # fmt: skip
CODES = ["123456", "000000"]
REFUSED_CODES = ["12345", "1234567", "12345a", "123456\n", "१२३४५६", ""]
OPAQUE = ["a" * 20, "a.b-c_d=" * 4, "a" * 4096]
REFUSED_OPAQUE = ["a" * 4097, "é" * 30, "a b " * 9, "a" * 30 + "\n", ""]
values: st.SearchStrategy[Any] = st.sampled_from(
    [*PASSWORDS, *REFUSED_PASSWORDS, *EMAILS, *REFUSED_EMAILS, *CODES, *REFUSED_CODES,
     *OPAQUE, *REFUSED_OPAQUE, "a" * 19, "a+" * 10, None, True, 123456, [], {}]
)  # fmt: skip
nearly_right = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(EMAILS) | values,
        "password": st.sampled_from(PASSWORDS) | values,
        "newPassword": st.sampled_from(PASSWORDS) | values,
        "code": st.sampled_from(CODES) | values,
        "session": st.sampled_from(OPAQUE) | values,
        "refreshToken": st.sampled_from(OPAQUE) | values,
        "accessToken": st.sampled_from(OPAQUE) | values,
    },
)


def accepts(value: Any, kind: type) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", INPUTS)
@given(fields=nearly_right, more=st.dictionaries(st.sampled_from([*FIELDS, ""]), values))
def test_the_model_accepts_what_the_contract_does(
    kind: type[msgspec.Struct], fields: dict[str, Any], more: dict[str, Any]
) -> None:
    own = {field.encode_name for field in msgspec.structs.fields(kind)}
    value = {name: fields[name] for name in fields if name in own} | more

    assert accepts(value, kind) == contract.validator(kind.__name__).is_valid(value)


@pytest.mark.parametrize(
    ("name", "field", "accepted", "refused"),
    [
        ("Email", model.Email, EMAILS, REFUSED_EMAILS),
        ("NewPassword", model.NewPassword, PASSWORDS, REFUSED_PASSWORDS),
        ("Code", model.Code, CODES, REFUSED_CODES),
        ("Session", model.Session, [*OPAQUE, "a+/" * 7], [*REFUSED_OPAQUE, "a" * 19]),
        ("Token", model.Token, [*OPAQUE, "a"], [*REFUSED_OPAQUE, "a+/" * 7]),
        ("Password", model.Password, ["a", " ", "é" * 256], ["", "a" * 257]),
    ],
)
def test_a_field_has_its_bounds(
    name: str, field: Any, accepted: list[str], refused: list[str]
) -> None:
    judge = contract.validator(name)

    assert [value for value in accepted if not accepts(value, field)] == []
    assert [value for value in accepted if not judge.is_valid(value)] == []
    assert [value for value in refused if accepts(value, field)] == []
    assert [value for value in refused if judge.is_valid(value)] == []


@pytest.mark.parametrize(
    ("route", "fields", "pointer", "detail"),
    [
        ("confirm", {"code": "123456", "password": "Short-1"}, "/password",
         "Expected string of length >= 12"),
        (
            "confirm",
            {"code": "123456", "password": "correct-horse-7"},
            "/password",
            "Expected string of ASCII with a lower-case and an upper-case letter, a digit and a "
            "symbol",
        ),
        ("resend", {"email": "walnut"}, "/email", "Expected string with an email address"),
        ("confirm", {"code": "12345"}, "/code", "Expected string of 6 digits"),
        ("challenge", {"session": "é" * 20, "code": "123456"}, "/session",
         "Expected string with the session of a challenge"),
        ("refresh", {"refreshToken": "a b"}, "/refreshToken", "Expected string with a token"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_field_is_said_in_words(
    auth: Client, route: str, fields: dict[str, str], pointer: str, detail: str
) -> None:
    email = {} if route == "refresh" else {"email": "walnut@example.com"}

    answer = auth("POST", f"/auth/{route}", email | fields)

    assert answer.status == 400
    assert answer.json["errors"] == [{"pointer": pointer, "detail": detail}]
