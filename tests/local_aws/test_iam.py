"""A function has its role's rights, and no more."""

from __future__ import annotations

import json

from tests.local_aws.stack import Stack, code

from local_aws.process import ACCOUNT_ID, REGION

# Signed by hand (Signature Version 4): the function sees no AWS library here.
READER = """
import hashlib, hmac, os, time, urllib.error, urllib.request

def lambda_handler(event, context):
    body = b'{"TableName": "secrets", "Key": {"id": {"S": "1"}}}'
    host, now = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"), time.gmtime()
    stamp, day = time.strftime("%Y%m%dT%H%M%SZ", now), time.strftime("%Y%m%d", now)
    scope = f"{day}/{os.environ['AWS_REGION']}/dynamodb/aws4_request"
    headers = {"host": host, "x-amz-date": stamp,
               "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"],
               "x-amz-target": "DynamoDB_20120810.GetItem"}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\\n" for name, value in headers.items())
    payload = hashlib.sha256(body).hexdigest()
    request = f"POST\\n/\\n\\n{lines}\\n{names}\\n{payload}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\\n{stamp}\\n{scope}\\n{digest}"
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}")
    headers["content-type"] = "application/x-amz-json-1.0"
    try:
        urllib.request.urlopen(urllib.request.Request(f"http://{host}/", body, headers))
    except urllib.error.HTTPError as error:
        return error.read().decode()
    return "read"
"""


def test_a_function_may_do_what_its_role_may(stack: Stack) -> None:
    role = stack.iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}")["Role"]
    stack.dynamodb.create_table(
        TableName="secrets", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    stack.lambda_.create_function(
        FunctionName="reader", Runtime="python3.13", Role=role["Arn"], Timeout=10,
        Handler="handler.lambda_handler", Code={"ZipFile": code(handler=READER)},
    )  # fmt: skip

    def read() -> str:
        return str(json.load(stack.lambda_.invoke(FunctionName="reader")["Payload"]))

    assert "AccessDenied" in read()
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/secrets"
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    stack.iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy)
    assert read() == "read"
