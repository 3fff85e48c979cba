"""How a user pool signs users up and in: what the function auth relies on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.authenticator import one_time_code
from tests.local_aws.stack import Stack, assert_gap

PASSWORD, NEW_PASSWORD, WEAK_PASSWORD = "Correct-horse-7", "Correct-horse-8", "horse"


class Pool:
    """A user pool and its client, as terraform/modules/cognito makes them."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.cognito = stack, stack.cognito
        self.id = self.cognito.create_user_pool(
            PoolName="users", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"],
            Policies={"PasswordPolicy": {"MinimumLength": 12}},
        )["UserPool"]["Id"]  # fmt: skip
        self.cognito.set_user_pool_mfa_config(
            UserPoolId=self.id, MfaConfiguration="OPTIONAL",
            SoftwareTokenMfaConfiguration={"Enabled": True},
        )  # fmt: skip
        self.client_id = self.cognito.create_user_pool_client(
            UserPoolId=self.id, ClientName="api", PreventUserExistenceErrors="ENABLED",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        )["UserPoolClient"]["ClientId"]  # fmt: skip
        self.email = f"{uuid.uuid4().hex}@example.com"

    def sign_up(self) -> None:
        self.cognito.sign_up(ClientId=self.client_id, Username=self.email, Password=PASSWORD)

    def confirm(self, code: str = "123456") -> None:
        self.cognito.confirm_sign_up(
            ClientId=self.client_id, Username=self.email, ConfirmationCode=code
        )

    def invite(self) -> None:
        self.cognito.admin_create_user(
            UserPoolId=self.id, Username=self.email, TemporaryPassword=PASSWORD,
            MessageAction="SUPPRESS",
        )  # fmt: skip

    def sign_in(self) -> Any:
        return self.cognito.admin_initiate_auth(
            UserPoolId=self.id, ClientId=self.client_id, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.email, "PASSWORD": PASSWORD},
        )  # fmt: skip

    def answer(self, challenge: str, session: str, **answers: str) -> Any:
        return self.cognito.admin_respond_to_auth_challenge(
            UserPoolId=self.id, ClientId=self.client_id, ChallengeName=challenge, Session=session,
            ChallengeResponses={"USERNAME": self.email, **answers},
        )  # fmt: skip

    def send_reset_code(self) -> None:
        self.cognito.forgot_password(ClientId=self.client_id, Username=self.email)

    def resend_code(self) -> None:
        self.cognito.resend_confirmation_code(ClientId=self.client_id, Username=self.email)

    def turn_on_mfa(self) -> str:
        """Turn on codes of an authenticator, whose secret it returns."""
        token = self.sign_in()["AuthenticationResult"]["AccessToken"]
        secret = str(self.cognito.associate_software_token(AccessToken=token)["SecretCode"])
        self.cognito.verify_software_token(AccessToken=token, UserCode=one_time_code(secret))
        return secret

    @property
    def attributes(self) -> dict[str, str]:
        user = self.cognito.admin_get_user(UserPoolId=self.id, Username=self.email)
        return {each["Name"]: each["Value"] for each in user["UserAttributes"]}

    @property
    def mails(self) -> int:
        answer = self.stack.http.get(f"{self.stack.endpoint}/_ministack/ses/messages").json()
        (messages,) = answer["messages"].values()
        return sum(message["To"] == [self.email] for message in messages)


def refused(code: str, call: Callable[..., Any], *args: Any, **options: Any) -> None:
    """The call is refused with this code. Else it is an AssertionError, as assert_gap expects."""
    found = None
    try:
        call(*args, **options)
    except ClientError as refusal:
        found = refusal.response["Error"]["Code"]
    assert found == code


def asks_for_the_session_of_a_challenge(stack: Stack) -> None:
    pool, other = Pool(stack), Pool(stack)
    for each in (pool, other):
        each.invite()
    session, of_other = pool.sign_in()["Session"], other.sign_in()["Session"]
    new_password = ("NEW_PASSWORD_REQUIRED", session)

    for wrong in ("made-up-by-somebody-else", of_other):
        answer = ("NEW_PASSWORD_REQUIRED", wrong)
        refused("NotAuthorizedException", pool.answer, *answer, NEW_PASSWORD=NEW_PASSWORD)
    refused("InvalidPasswordException", pool.answer, *new_password, NEW_PASSWORD=WEAK_PASSWORD)
    assert "AuthenticationResult" in pool.answer(*new_password, NEW_PASSWORD=NEW_PASSWORD)
    refused("NotAuthorizedException", pool.answer, *new_password, NEW_PASSWORD=PASSWORD)


def asks_for_the_code_of_an_authenticator(stack: Stack) -> None:
    pool = Pool(stack)
    pool.sign_up()
    pool.confirm()
    secret = pool.turn_on_mfa()
    session = pool.sign_in()["Session"]
    right = {"SOFTWARE_TOKEN_MFA_CODE": one_time_code(secret)}

    around = ("NEW_PASSWORD_REQUIRED", session)
    refused("NotAuthorizedException", pool.answer, *around, NEW_PASSWORD=NEW_PASSWORD)
    without = ("SOFTWARE_TOKEN_MFA", "made-up-by-somebody-else")
    refused("NotAuthorizedException", pool.answer, *without, **right)
    wrong = {"SOFTWARE_TOKEN_MFA_CODE": f"{(int(one_time_code(secret)) + 1) % 10**6:06d}"}
    refused("CodeMismatchException", pool.answer, "SOFTWARE_TOKEN_MFA", session, **wrong)
    assert "AuthenticationResult" in pool.answer("SOFTWARE_TOKEN_MFA", session, **right)


def sends_codes_to_those_who_may_have_them(stack: Stack) -> None:
    pool = Pool(stack)
    pool.sign_up()
    pool.resend_code()
    assert pool.mails == 2
    refused("InvalidParameterException", pool.send_reset_code)
    pool.confirm()
    refused("InvalidParameterException", pool.resend_code)
    assert pool.mails == 2
    pool.send_reset_code()
    assert pool.mails == 3
    pool.cognito.admin_disable_user(UserPoolId=pool.id, Username=pool.email)
    refused("NotAuthorizedException", pool.send_reset_code)
    invited = Pool(stack)
    invited.invite()
    refused("NotAuthorizedException", invited.send_reset_code)


def takes_an_address_for_verified_once_its_code_arrived(stack: Stack) -> None:
    pool = Pool(stack)
    pool.sign_up()
    assert "email_verified" not in pool.attributes
    refused("CodeMismatchException", pool.confirm, "000000")
    assert "email_verified" not in pool.attributes
    pool.confirm()
    assert pool.attributes["email_verified"] == "true"


CHECKS = [
    ("challenge_sessions", asks_for_the_session_of_a_challenge),
    ("challenge_sessions", asks_for_the_code_of_an_authenticator),
    ("code_recipients", sends_codes_to_those_who_may_have_them),
    ("code_recipients", takes_an_address_for_verified_once_its_code_arrived),
]


@pytest.mark.parametrize(("_", "check"), CHECKS)
def test_a_pool_signs_in_as_on_aws(stack: Stack, _: str, check: Callable[[Stack], None]) -> None:
    check(stack)


@pytest.mark.parametrize(("shim", "check"), CHECKS)
def test_ministack_needs_the_shim(bare: Stack, shim: str, check: Callable[[Stack], object]) -> None:
    assert_gap(shim, check, bare)


@pytest.mark.parametrize("operation", ["admin_get_user", "admin_delete_user"])
def test_what_needs_a_role_is_refused_without_its_right(stack: Stack, operation: str) -> None:
    pool = Pool(stack)
    pool.sign_up()
    name = uuid.uuid4().hex
    stack.iam.create_user(UserName=name)
    key = stack.iam.create_access_key(UserName=name)["AccessKey"]
    nobody = stack.client("cognito-idp", key["AccessKeyId"], key["SecretAccessKey"])

    call = getattr(nobody, operation)
    refused("AccessDeniedException", call, UserPoolId=pool.id, Username=pool.email)


def test_nobody_signs_in_past_the_function(stack: Stack) -> None:
    pool = Pool(stack)
    pool.sign_up()
    pool.confirm()

    refused(
        "InvalidParameterException", pool.cognito.initiate_auth, ClientId=pool.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": pool.email, "PASSWORD": PASSWORD},
    )  # fmt: skip


def test_a_revoked_refresh_token_gives_no_tokens(stack: Stack) -> None:
    pool = Pool(stack)
    pool.sign_up()
    pool.confirm()
    token = pool.sign_in()["AuthenticationResult"]["RefreshToken"]
    refresh = {"ClientId": pool.client_id, "RefreshToken": token}
    pool.cognito.get_tokens_from_refresh_token(**refresh)

    pool.cognito.revoke_token(ClientId=pool.client_id, Token=token)

    refused("NotAuthorizedException", pool.cognito.get_tokens_from_refresh_token, **refresh)
