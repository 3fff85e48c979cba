"""A source."""
