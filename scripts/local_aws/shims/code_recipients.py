"""Gap: every user gets every code, and a code that arrived says nothing of the address.

On AWS a confirmed user gets no confirmation code, and a code to set another password goes to a
verified address of an enabled user only; a confirmation code that was sent to an address verifies
it (Amazon Cognito API Reference, "ResendConfirmationCode" and "ForgotPassword"; Developer Guide,
"Signing up and confirming user accounts").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.emulator import cognito

Json = dict[str, Any]


def apply() -> None:
    """Look at the user before a code is sent, and verify the address after one was right."""
    cognito._resend_confirmation_code = _unless(_is_confirmed, cognito._resend_confirmation_code)
    cognito._forgot_password = _unless(_cannot_reset, cognito._forgot_password)
    cognito._confirm_sign_up = _verifying(cognito._confirm_sign_up)


def _is_confirmed(user: Json) -> tuple[str, str] | None:
    if user["UserStatus"] == "UNCONFIRMED":
        return None
    return "InvalidParameterException", "User is already confirmed."


def _cannot_reset(user: Json) -> tuple[str, str] | None:
    if not user.get("Enabled", True):
        return "NotAuthorizedException", "User is disabled."
    if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
        state = "User password cannot be reset in the current state."
        return "NotAuthorizedException", state
    if cognito._attr_list_to_dict(user["Attributes"]).get("email_verified") == "true":
        return None
    return (
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or "
        "phone_number",
    )


def _unless(
    reason: Callable[[Json], tuple[str, str] | None], send: Callable[..., Any]
) -> Callable[..., Any]:
    def send_code(data: Json) -> Any:
        user = _user(data)
        refusal = reason(user) if user else None
        return cognito.error_response_json(*refusal, 400) if refusal else send(data)

    return send_code


def _verifying(confirm: Callable[..., Any]) -> Callable[..., Any]:
    def confirm_sign_up(data: Json) -> Any:
        answer, user = confirm(data), _user(data)
        if answer[0] == 200 and user:
            verified = [{"Name": "email_verified", "Value": "true"}]
            user["Attributes"] = cognito._merge_attributes(user["Attributes"], verified)
        return answer

    return confirm_sign_up


def _user(data: Json) -> Json | None:
    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    user: Json | None = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
    return user
