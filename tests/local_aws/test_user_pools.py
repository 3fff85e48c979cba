"""A user pool in front of an API, and its tokens: what Terraform and the functions rely on."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws import tokens
from tests.local_aws.stack import Stack, assert_gap, eventually

PASSWORD = "Correct-Horse-9"  # noqa: S105 - of a pool that lives as long as the test
EMAIL = "ada@example.com"


class Pool:
    """A user pool with one user, who is in two groups."""

    def __init__(self, stack: Stack, **client: Any) -> None:
        self.cognito = stack.cognito
        pool = self.cognito.create_user_pool(PoolName="users", UsernameAttributes=["email"])
        self.id, self.arn = pool["UserPool"]["Id"], pool["UserPool"]["Arn"]
        self.client_id = self.add_client(**client)
        self.cognito.admin_create_user(
            UserPoolId=self.id, Username=EMAIL, MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"},
            ],
        )  # fmt: skip
        self.cognito.admin_set_user_password(
            UserPoolId=self.id, Username=EMAIL, Password=PASSWORD, Permanent=True
        )
        for group in ("admin", "staff"):
            self.cognito.create_group(UserPoolId=self.id, GroupName=group)
            self.cognito.admin_add_user_to_group(
                UserPoolId=self.id, Username=EMAIL, GroupName=group
            )

    def add_client(self, **settings: Any) -> str:
        flows = settings.pop("ExplicitAuthFlows", ["ALLOW_ADMIN_USER_PASSWORD_AUTH"])
        client = self.cognito.create_user_pool_client(
            UserPoolId=self.id, ClientName="api", ExplicitAuthFlows=flows, **settings
        )
        return str(client["UserPoolClient"]["ClientId"])

    def sign_in(self, client_id: str = "") -> dict[str, str]:
        answer = self.cognito.admin_initiate_auth(
            UserPoolId=self.id, ClientId=client_id or self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": EMAIL, "PASSWORD": PASSWORD},
        )  # fmt: skip
        return dict(answer["AuthenticationResult"])

    def refresh(self, token: str, client_id: str = "") -> dict[str, str]:
        answer = self.cognito.get_tokens_from_refresh_token(
            RefreshToken=token, ClientId=client_id or self.client_id
        )
        return dict(answer["AuthenticationResult"])


class Guarded:
    """An API whose one method needs a key and a token of the pool."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.pool, api = stack, Pool(stack), stack.apigateway
        self.api_id = api.create_rest_api(name="guarded")["id"]
        root = api.get_resources(restApiId=self.api_id)["items"][0]["id"]
        self.me = api.create_resource(restApiId=self.api_id, parentId=root, pathPart="me")["id"]
        self.authorize()
        api.put_integration(
            restApiId=self.api_id, resourceId=self.me, httpMethod="GET", type="AWS_PROXY",
            integrationHttpMethod="POST", uri=stack.alias_uri,
        )  # fmt: skip
        api.create_deployment(restApiId=self.api_id, stageName="v1")
        key = api.create_api_key(name="guarded", value=uuid.uuid4().hex, enabled=True)
        plan = api.create_usage_plan(
            name="guarded", apiStages=[{"apiId": self.api_id, "stage": "v1"}]
        )
        api.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
        self.key = key["value"]

    def authorize(self) -> None:
        """Put a new authorizer before the method."""
        api, method = self.stack.apigateway, {"resourceId": self.me, "httpMethod": "GET"}
        authorizer = api.create_authorizer(
            restApiId=self.api_id, name=uuid.uuid4().hex, type="COGNITO_USER_POOLS",
            providerARNs=[self.pool.arn], identitySource="method.request.header.Authorization",
        )["id"]  # fmt: skip
        api.put_method(
            restApiId=self.api_id, **method, apiKeyRequired=True, authorizerId=authorizer,
            authorizationType="COGNITO_USER_POOLS",
        )  # fmt: skip

    def get(self, token: str | None, key: str | None = None) -> Any:
        headers = {"x-api-key": self.key if key is None else key}
        if token is not None:
            headers["authorization"] = token
        url = f"{self.stack.endpoint}/restapis/{self.api_id}/v1/_user_request_/me"
        return self.stack.http.get(url, headers=headers)


@pytest.fixture(scope="module")
def guarded(stack: Stack) -> Guarded:
    return Guarded(stack)


def tampered(guarded: Guarded) -> str:
    return tokens.tampered(guarded.pool.sign_in()["IdToken"])


def unsigned(guarded: Guarded) -> str:
    return tokens.unsigned(guarded.pool.sign_in()["IdToken"])


def expired(guarded: Guarded) -> str:
    client = guarded.pool.add_client(IdTokenValidity=1, TokenValidityUnits={"IdToken": "seconds"})
    token = guarded.pool.sign_in(client)["IdToken"]
    eventually(lambda: tokens.claims(token)["exp"] < time.time())
    return token


@pytest.mark.parametrize("prefix", ["", "Bearer "])
def test_an_id_token_is_let_through(guarded: Guarded, prefix: str) -> None:
    token = guarded.pool.sign_in()["IdToken"]

    assert guarded.get(prefix + token).status_code == 200


@pytest.mark.parametrize(
    "forge",
    [
        lambda _: None,
        lambda _: "garbage",
        tampered,
        unsigned,
        expired,
        lambda guarded: Pool(guarded.stack).sign_in()["IdToken"],
        lambda guarded: guarded.pool.sign_in()["AccessToken"],
    ],
    ids=["none", "garbage", "tampered", "alg none", "expired", "another pool's", "access token"],
)
def test_no_other_token_is(guarded: Guarded, forge: Callable[[Guarded], str | None]) -> None:
    token = forge(guarded)

    assert guarded.get(token).status_code == 401


def test_the_token_is_looked_at_before_the_key(guarded: Guarded) -> None:
    token = guarded.pool.sign_in()["IdToken"]

    assert guarded.get(None, key="").status_code == 401
    assert guarded.get(token, key="").status_code == 403


def refuses_access_tokens(stack: Stack) -> None:
    guarded = Guarded(stack)
    assert guarded.get(guarded.pool.sign_in()["AccessToken"]).status_code == 401


def words_the_claims(stack: Stack) -> None:
    guarded = Guarded(stack)
    token = guarded.pool.sign_in()["IdToken"]
    claims = guarded.get(token).json()["event"]["requestContext"]["authorizer"]["claims"]
    expected = tokens.claims(token)
    assert claims["cognito:groups"] == "admin,staff"
    assert (claims["sub"], claims["aud"]) == (expected["sub"], guarded.pool.client_id)
    assert (claims["token_use"], claims["email_verified"]) == ("id", "true")
    words = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(expected["exp"]))
    assert claims["exp"] == words


def test_claims_are_texts_as_api_gateway_words_them(stack: Stack) -> None:
    words_the_claims(stack)


def keeps_its_authorizer(stack: Stack) -> None:
    guarded = Guarded(stack)
    token = guarded.pool.sign_in()["IdToken"]
    guarded.authorize()
    for old in stack.apigateway.get_authorizers(restApiId=guarded.api_id)["items"]:
        stack.apigateway.delete_authorizer(restApiId=guarded.api_id, authorizerId=old["id"])
    assert guarded.get(token).status_code == 200


def test_a_stage_keeps_the_authorizer_of_its_deployment(stack: Stack) -> None:
    keeps_its_authorizer(stack)


ROTATION = {"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 1}}


def rotates(stack: Stack) -> None:
    pool = Pool(stack, **ROTATION)
    described = pool.cognito.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)
    assert described["UserPoolClient"]["RefreshTokenRotation"] == ROTATION["RefreshTokenRotation"]

    first = pool.sign_in()["RefreshToken"]
    second = pool.refresh(first)["RefreshToken"]
    assert second != first
    pool.refresh(first)  # an answer may be lost on its way: for a second more it works
    time.sleep(1.1)
    with pytest.raises(ClientError, match="RefreshTokenReuseException"):
        pool.refresh(first)
    assert pool.refresh(second)["IdToken"]


def test_a_refresh_token_is_rotated(stack: Stack) -> None:
    rotates(stack)


def test_a_rotated_token_ends_when_the_first_would_have(stack: Stack) -> None:
    pool = Pool(stack, **ROTATION)
    first = pool.sign_in()["RefreshToken"]
    time.sleep(1)

    second = pool.refresh(first)["RefreshToken"]

    assert tokens.claims(second)["exp"] == tokens.claims(first)["exp"]


def test_without_rotation_the_refresh_token_stays(stack: Stack) -> None:
    pool = Pool(stack, RefreshTokenRotation={"Feature": "DISABLED"})

    assert "RefreshToken" not in pool.refresh(pool.sign_in()["RefreshToken"])


def test_rotation_ends_with_an_update(stack: Stack) -> None:
    pool = Pool(stack, **ROTATION)
    pool.cognito.update_user_pool_client(
        UserPoolId=pool.id, ClientId=pool.client_id, RefreshTokenRotation={"Feature": "DISABLED"}
    )

    assert "RefreshToken" not in pool.refresh(pool.sign_in()["RefreshToken"])


def test_a_wrong_refresh_token_is_refused_and_not_rotated(stack: Stack) -> None:
    pool = Pool(stack, **ROTATION)

    with pytest.raises(ClientError, match="NotAuthorizedException"):
        pool.refresh("garbage")


def test_rotation_and_the_old_refresh_flow_exclude_each_other(stack: Stack) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        Pool(stack, ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"], **ROTATION)


def test_ministack_still_needs_the_authorizer(bare: Stack) -> None:
    assert_gap("cognito_authorizer", refuses_access_tokens, bare)
    assert_gap("cognito_authorizer", words_the_claims, bare)


def test_ministack_still_needs_the_snapshot_of_authorizers(bare: Stack) -> None:
    assert_gap("deployment_snapshots", keeps_its_authorizer, bare)


def test_ministack_still_needs_rotation(bare: Stack) -> None:
    assert_gap("refresh_token_rotation", rotates, bare)
