"""A user's tables, read for every playground."""
