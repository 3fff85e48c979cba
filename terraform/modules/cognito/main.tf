# Who the users are. What Cognito does not let change later (how users are named, that upper and
# lower case are the same, the attributes) is fixed here; another choice is another pool.
resource "aws_cognito_user_pool" "this" {
  name                = var.name
  user_pool_tier      = var.threat_protection == "OFF" ? "ESSENTIALS" : "PLUS" # billed per active user
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"

  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = "OPTIONAL"

  username_configuration {
    case_sensitive = false
  }

  password_policy {
    minimum_length                   = 12
    require_uppercase                = true
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    temporary_password_validity_days = 7
  }

  software_token_mfa_configuration {
    enabled = true
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  # A new address counts once its code has been given: nobody locks himself out, or takes another's.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  verification_message_template {
    default_email_option = "CONFIRM_WITH_CODE"
  }

  email_configuration {
    email_sending_account = var.email == null ? "COGNITO_DEFAULT" : "DEVELOPER"
    from_email_address    = try(var.email.from, null)
    source_arn            = try(var.email.ses_identity_arn, null)
  }

  user_pool_add_ons {
    advanced_security_mode = var.threat_protection
  }
}

# No secret: it would stand beside the pool's id in the function that signs users in, and prove
# nothing more. Passwords are taken with IAM only (the Admin operations), so that whoever knows the
# client's id cannot guess them past the API's limits.
resource "aws_cognito_user_pool_client" "this" {
  name            = "${var.name}-api"
  user_pool_id    = aws_cognito_user_pool.this.id
  generate_secret = false

  # Cognito refuses ALLOW_REFRESH_TOKEN_AUTH together with rotation: it would give out tokens
  # without rotating.
  explicit_auth_flows = concat(
    ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    var.refresh_token_rotation ? [] : ["ALLOW_REFRESH_TOKEN_AUTH"],
  )
  prevent_user_existence_errors = "ENABLED"

  # A user's own access token may read and change these, and nothing else.
  read_attributes  = ["email", "email_verified"]
  write_attributes = ["email"]

  id_token_validity       = var.token_minutes
  access_token_validity   = var.token_minutes
  refresh_token_validity  = var.refresh_token_days
  enable_token_revocation = true
  auth_session_validity   = 5 # minutes to answer the challenge for the one-time code

  token_validity_units {
    id_token      = "minutes"
    access_token  = "minutes"
    refresh_token = "days"
  }

  refresh_token_rotation {
    feature = var.refresh_token_rotation ? "ENABLED" : "DISABLED"
    # Seconds in which the old token still works, for an answer that was lost on its way. Always said:
    # Cognito makes 0 of null, at which the provider stumbles.
    retry_grace_period_seconds = var.refresh_token_rotation ? 10 : 0
  }
}

# What ENFORCED means: without it Cognito would only rate what it sees.
resource "aws_cognito_risk_configuration" "this" {
  count = var.threat_protection == "ENFORCED" ? 1 : 0

  user_pool_id = aws_cognito_user_pool.this.id

  compromised_credentials_risk_configuration {
    actions {
      event_action = "BLOCK"
    }
  }

  # The provider asks for a sender, though nobody is written to.
  dynamic "account_takeover_risk_configuration" {
    for_each = var.email[*]
    content {
      actions {
        high_action {
          event_action = "BLOCK"
          notify       = false
        }
      }
      notify_configuration {
        source_arn = account_takeover_risk_configuration.value.ses_identity_arn
      }
    }
  }
}

resource "aws_cognito_user_group" "admin" {
  name         = "admin"
  description  = "May see and change the items of every user"
  user_pool_id = aws_cognito_user_pool.this.id
  precedence   = 1
}
