mock_provider "aws" {
  mock_resource "aws_cognito_user_pool" {
    defaults = { id = "eu-west-1_Ab1Cd2Ef3", arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3" }
  }
}

variables {
  name = "catalog-dev"
}

run "users_are_known_by_their_verified_email" {
  assert {
    condition     = aws_cognito_user_pool.this.username_attributes == toset(["email"]) && aws_cognito_user_pool.this.auto_verified_attributes == toset(["email"])
    error_message = "a user has another name, or an address that nobody verified"
  }
  assert {
    condition     = !aws_cognito_user_pool.this.username_configuration[0].case_sensitive
    error_message = "Ada@example.com and ada@example.com would be two users"
  }
  assert {
    condition     = aws_cognito_user_pool.this.user_attribute_update_settings[0].attributes_require_verification_before_update == toset(["email"])
    error_message = "an address counts before it is verified"
  }
  assert {
    condition     = [for way in aws_cognito_user_pool.this.account_recovery_setting[0].recovery_mechanism : way.name] == ["verified_email"]
    error_message = "an account is recovered by something else"
  }
  assert {
    condition     = aws_cognito_user_pool.this.verification_message_template[0].default_email_option == "CONFIRM_WITH_CODE"
    error_message = "a link is mailed, which the API knows nothing of"
  }
}

run "passwords_are_strong_and_a_second_factor_is_offered" {
  assert {
    condition = (
      aws_cognito_user_pool.this.password_policy[0].minimum_length >= 12 && aws_cognito_user_pool.this.password_policy[0].require_uppercase &&
      aws_cognito_user_pool.this.password_policy[0].require_lowercase && aws_cognito_user_pool.this.password_policy[0].require_numbers &&
      aws_cognito_user_pool.this.password_policy[0].require_symbols
    )
    error_message = "a weak password would do"
  }
  assert {
    condition     = aws_cognito_user_pool.this.password_policy[0].temporary_password_validity_days <= 7
    error_message = "a password that somebody else has seen works for ${aws_cognito_user_pool.this.password_policy[0].temporary_password_validity_days} days"
  }
  assert {
    condition     = aws_cognito_user_pool.this.mfa_configuration == "OPTIONAL" && aws_cognito_user_pool.this.software_token_mfa_configuration[0].enabled
    error_message = "no authenticator app can be used"
  }
}

run "the_pool_is_protected_by_default" {
  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "all users could be deleted at once"
  }
}

run "the_pool_of_a_trial_can_be_deleted" {
  variables {
    deletion_protection = false
  }
  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "INACTIVE"
    error_message = "the environment could not be destroyed"
  }
}

run "nobody_guesses_passwords_with_the_public_client_id" {
  assert {
    condition     = aws_cognito_user_pool_client.this.explicit_auth_flows == toset(["ALLOW_ADMIN_USER_PASSWORD_AUTH"])
    error_message = "users can sign in past the function and its limits: ${join(", ", aws_cognito_user_pool_client.this.explicit_auth_flows)}"
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.prevent_user_existence_errors == "ENABLED"
    error_message = "an answer tells whether somebody has an account"
  }
  assert {
    condition     = !aws_cognito_user_pool_client.this.generate_secret
    error_message = "the function would have to know a secret"
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.write_attributes == toset(["email"])
    error_message = "a user may write ${join(", ", aws_cognito_user_pool_client.this.write_attributes)}"
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.read_attributes == toset(["email", "email_verified"])
    error_message = "an access token shows ${join(", ", aws_cognito_user_pool_client.this.read_attributes)}"
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.auth_session_validity <= 5
    error_message = "codes can be guessed for ${aws_cognito_user_pool_client.this.auth_session_validity} minutes after one password"
  }
}

run "tokens_are_short_and_can_be_revoked" {
  assert {
    condition     = aws_cognito_user_pool_client.this.id_token_validity == 15 && aws_cognito_user_pool_client.this.access_token_validity == 15 && aws_cognito_user_pool_client.this.refresh_token_validity == 30
    error_message = "tokens live for another time"
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.token_validity_units[0].id_token == "minutes" && aws_cognito_user_pool_client.this.token_validity_units[0].access_token == "minutes" && aws_cognito_user_pool_client.this.token_validity_units[0].refresh_token == "days"
    error_message = "tokens live for another unit of time"
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.enable_token_revocation && aws_cognito_user_pool_client.this.refresh_token_rotation[0].feature == "ENABLED"
    error_message = "a stolen refresh token works until it ends"
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.refresh_token_rotation[0].retry_grace_period_seconds == 10
    error_message = "after its rotation a refresh token works for ${aws_cognito_user_pool_client.this.refresh_token_rotation[0].retry_grace_period_seconds} seconds"
  }
}

run "without_rotation_the_refresh_flow_is_allowed" {
  variables {
    refresh_token_rotation = false
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.explicit_auth_flows == toset(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]) && aws_cognito_user_pool_client.this.refresh_token_rotation[0] == { feature = "DISABLED", retry_grace_period_seconds = 0 }
    error_message = "nobody could refresh: ${join(", ", aws_cognito_user_pool_client.this.explicit_auth_flows)}"
  }
}

run "threat_protection_needs_the_tier_plus" {
  variables {
    threat_protection = "ENFORCED"
  }
  assert {
    condition     = aws_cognito_user_pool.this.user_pool_tier == "PLUS" && aws_cognito_user_pool.this.user_pool_add_ons[0].advanced_security_mode == "ENFORCED"
    error_message = "Cognito would refuse ${aws_cognito_user_pool.this.user_pool_tier} with ${aws_cognito_user_pool.this.user_pool_add_ons[0].advanced_security_mode}"
  }
  assert {
    condition     = aws_cognito_risk_configuration.this[0].compromised_credentials_risk_configuration[0].actions[0].event_action == "BLOCK"
    error_message = "a password known from leaks would do"
  }
  assert {
    condition     = length(aws_cognito_risk_configuration.this[0].account_takeover_risk_configuration) == 0
    error_message = "Cognito would be asked to write to users without a sender"
  }
}

run "with_a_sender_risky_sign_ins_are_refused" {
  variables {
    threat_protection = "ENFORCED"
    email             = { from = "no-reply@example.com", ses_identity_arn = "arn:aws:ses:eu-west-1:123456789012:identity/example.com" }
  }
  assert {
    condition = (
      aws_cognito_risk_configuration.this[0].account_takeover_risk_configuration[0].actions[0].high_action[0] == { event_action = "BLOCK", notify = false } &&
      aws_cognito_risk_configuration.this[0].account_takeover_risk_configuration[0].notify_configuration[0].source_arn == "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
    )
    error_message = "a sign-in that is very risky would be let in"
  }
}

run "what_is_only_looked_at_refuses_nobody" {
  variables {
    threat_protection = "AUDIT"
  }
  assert {
    condition     = length(aws_cognito_risk_configuration.this) == 0
    error_message = "AUDIT refuses somebody"
  }
}

run "without_threat_protection_nobody_pays_for_it" {
  assert {
    condition     = aws_cognito_user_pool.this.user_pool_tier == "ESSENTIALS" && aws_cognito_user_pool.this.user_pool_add_ons[0].advanced_security_mode == "OFF"
    error_message = "the tier is ${aws_cognito_user_pool.this.user_pool_tier}"
  }
  assert {
    condition     = aws_cognito_user_pool.this.email_configuration[0].email_sending_account == "COGNITO_DEFAULT"
    error_message = "mails have another sender"
  }
}

run "mails_come_from_the_named_sender" {
  variables {
    email = { from = "Catalog <no-reply@example.com>", ses_identity_arn = "arn:aws:ses:eu-west-1:123456789012:identity/example.com" }
  }
  assert {
    condition = (
      aws_cognito_user_pool.this.email_configuration[0].email_sending_account == "DEVELOPER" &&
      aws_cognito_user_pool.this.email_configuration[0].from_email_address == "Catalog <no-reply@example.com>" &&
      aws_cognito_user_pool.this.email_configuration[0].source_arn == "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
    )
    error_message = "mails have another sender"
  }
}

run "admins_are_a_group_and_outputs_name_the_pool" {
  assert {
    condition     = aws_cognito_user_group.admin.name == "admin" && aws_cognito_user_group.admin.user_pool_id == "eu-west-1_Ab1Cd2Ef3"
    error_message = "nobody can be made an admin"
  }
  assert {
    condition     = output.id == "eu-west-1_Ab1Cd2Ef3" && output.arn == aws_cognito_user_pool.this.arn && output.client_id == aws_cognito_user_pool_client.this.id
    error_message = "others would use another pool"
  }
}

run "a_name_cognito_refuses_is_refused" {
  command = plan
  variables {
    name = "catalog/dev"
  }
  expect_failures = [var.name]
}

run "an_unknown_threat_protection_is_refused" {
  command = plan
  variables {
    threat_protection = "ON"
  }
  expect_failures = [var.threat_protection]
}

run "tokens_of_less_than_five_minutes_are_refused" {
  command = plan
  variables {
    token_minutes = 4
  }
  expect_failures = [var.token_minutes]
}

run "a_refresh_token_without_an_end_is_refused" {
  command = plan
  variables {
    refresh_token_days = 3651
  }
  expect_failures = [var.refresh_token_days]
}

run "a_refresh_token_that_ends_with_its_tokens_is_refused" {
  command = plan
  variables {
    refresh_token_days = 1
    token_minutes      = 1440
  }
  expect_failures = [var.refresh_token_days]
}

run "a_sender_without_an_address_is_refused" {
  command = plan
  variables {
    email = { from = "Catalog", ses_identity_arn = "arn:aws:ses:eu-west-1:123456789012:identity/example.com" }
  }
  expect_failures = [var.email]
}

run "an_identity_that_is_no_arn_is_refused" {
  command = plan
  variables {
    email = { from = "no-reply@example.com", ses_identity_arn = "example.com" }
  }
  expect_failures = [var.email]
}

run "tokens_of_more_than_a_day_are_refused" {
  command = plan
  variables {
    token_minutes = 1441
  }
  expect_failures = [var.token_minutes]
}

run "tokens_of_half_a_minute_more_are_refused" {
  command = plan
  variables {
    token_minutes = 15.5
  }
  expect_failures = [var.token_minutes]
}

run "a_refresh_token_of_half_a_day_more_is_refused" {
  command = plan
  variables {
    refresh_token_days = 30.5
  }
  expect_failures = [var.refresh_token_days]
}

run "a_name_whose_client_cognito_refuses_is_refused" {
  command = plan
  variables {
    name = "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
  }
  expect_failures = [var.name]
}
