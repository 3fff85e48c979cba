"""People: they sign up, in and out, and look after their account."""
