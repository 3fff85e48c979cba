variable "name" {
  type        = string
  description = "Name of the user pool, and the prefix of its client's."

  validation {
    condition     = can(regex("^[A-Za-z0-9_ +=,.@-]{1,124}$", var.name))
    error_message = "name is \"${var.name}\": use 1-124 letters, digits, spaces and _ + = , . @ -, as Cognito allows with `-api` behind it."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Whether Cognito refuses to delete the pool, with all its users."
  default     = true
}

variable "threat_protection" {
  type        = string
  description = "What Cognito does about risky sign-ins and leaked passwords: OFF, AUDIT (log them) or ENFORCED (refuse them; sign-ins only where `email` is set). Above OFF the pool is of the tier PLUS."
  default     = "OFF"

  validation {
    condition     = contains(["OFF", "AUDIT", "ENFORCED"], var.threat_protection)
    error_message = "threat_protection is \"${var.threat_protection}\": it must be OFF (in quotes, for YAML reads a bare OFF as false), AUDIT or ENFORCED."
  }
}

variable "token_minutes" {
  type        = number
  description = "Minutes that ID and access tokens are valid. API Gateway does not notice a revocation before."
  default     = 15

  validation {
    condition     = var.token_minutes >= 5 && var.token_minutes <= 1440 && floor(var.token_minutes) == var.token_minutes
    error_message = "token_minutes is ${var.token_minutes}: it must be a whole number from 5 to 1440, a day."
  }
}

variable "refresh_token_days" {
  type        = number
  description = "Days that a user stays signed in without using the API."
  default     = 30

  validation {
    condition     = var.refresh_token_days >= 1 && var.refresh_token_days <= 3650 && floor(var.refresh_token_days) == var.refresh_token_days
    error_message = "refresh_token_days is ${var.refresh_token_days}: it must be a whole number from 1 to 3650."
  }

  # At the ends of both ranges, a day, it would not be.
  validation {
    condition     = var.refresh_token_days * 1440 > var.token_minutes
    error_message = "refresh_token_days is ${var.refresh_token_days}, token_minutes ${var.token_minutes}: a refresh token must outlive the tokens that it refreshes."
  }
}

variable "refresh_token_rotation" {
  type        = bool
  description = "Whether every refresh gives out a new refresh token and ends the old one, so that a stolen one is of little use."
  default     = true
}

variable "email" {
  description = "The sender of mails to users, an identity of SES that may be used in this region; null for Cognito's own, which sends 50 a day."
  default     = null
  type = object({
    from             = string
    ses_identity_arn = string
  })

  validation {
    condition     = var.email == null ? true : can(regex("^[^<>@]+@[^<>@ ]+$|^.* <[^<>@ ]+@[^<>@ ]+>$", var.email.from))
    error_message = "email.from is \"${try(var.email.from, "")}\": it must be an address, or \"Name <address>\"."
  }

  validation {
    condition     = var.email == null ? true : can(regex("^arn:[a-z-]+:ses:[a-z0-9-]+:[0-9]{12}:identity/.+$", var.email.ses_identity_arn))
    error_message = "email.ses_identity_arn is \"${try(var.email.ses_identity_arn, "")}\": it must be an identity's ARN (arn:aws:ses:REGION:ACCOUNT:identity/DOMAIN-OR-ADDRESS)."
  }
}
