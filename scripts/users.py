"""Make a confirmed user for trying things, and print an ID token for it.

    python scripts/users.py ENV EMAIL [--admin] [--reset]

The token goes to the standard output, so that it can be caught in a variable; all else is said on
the other. Outside `local` it uses your AWS credentials.
"""

from __future__ import annotations

import argparse
import re
import secrets
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

import aws_client
import stack
from stack import StackError

ADMIN_GROUP = "admin"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
console = Console(stderr=True, highlight=False)


def main() -> None:
    """Read the command line, make the user, print its token."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", metavar="ENV")
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--admin", action="store_true", help=f"put it into the group {ADMIN_GROUP}")
    parser.add_argument(
        "--reset", action="store_true", help="give a user who exists already a new password"
    )
    arguments = parser.parse_args()
    if not EMAIL.fullmatch(arguments.email):
        raise StackError(f'"{arguments.email}" is no e-mail address: say EMAIL=you@example.com.')
    try:
        users = Users(arguments.environment, stack.outputs(arguments.environment))
        password = users.make(arguments.email, admin=arguments.admin, reset=arguments.reset)
        token = users.token(arguments.email, password)
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"Cognito refused: {error}") from error
    role = ", an admin," if arguments.admin else ""
    console.print(f"{arguments.email}{role} may sign in. The password is {password}", markup=False)
    print(token)


class Users:
    """The users of an environment, as an operator deals with them."""

    def __init__(self, environment: str, outputs: dict[str, Any]) -> None:
        self._cognito = aws_client.client(environment, "cognito-idp")
        self._pool = {"UserPoolId": outputs["user_pool_id"]}
        self._client = outputs["user_pool_client_id"]

    def make(self, email: str, *, admin: bool = False, reset: bool = False) -> str:
        """Make a confirmed user and return its password.

        Raises StackError if it exists, unless it is to get a new password.
        """
        user = self._pool | {"Username": email}
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        try:
            self._cognito.admin_create_user(
                **user, UserAttributes=attributes, MessageAction="SUPPRESS"
            )
        except self._cognito.exceptions.UsernameExistsException as error:
            if not reset:
                raise StackError(
                    f"There is a user {email} already: RESET=1 gives it a new password."
                ) from error
        password = new_password()
        self._cognito.admin_set_user_password(**user, Password=password, Permanent=True)
        if admin:
            self._cognito.admin_add_user_to_group(**user, GroupName=ADMIN_GROUP)
        return password

    def token(self, email: str, password: str) -> str:
        """Return an ID token. Raises StackError if a second factor is asked for."""
        answer = self._cognito.admin_initiate_auth(
            **self._pool,
            ClientId=self._client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        if "AuthenticationResult" not in answer:
            raise StackError(
                f"{email} has a second factor: sign in at /auth/login, the password is {password}"
            )
        return str(answer["AuthenticationResult"]["IdToken"])


def new_password() -> str:
    """Return a random password with a character of each kind that the pool asks for."""
    return f"{secrets.token_urlsafe(18)}-aA1"


if __name__ == "__main__":
    stack.run(main)
