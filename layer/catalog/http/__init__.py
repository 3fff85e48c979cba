"""The HTTP edge: from API Gateway's event to a call of a service, from its result to an answer."""
