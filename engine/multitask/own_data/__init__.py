"""A user's own table: what it holds, and which structure suits it."""
