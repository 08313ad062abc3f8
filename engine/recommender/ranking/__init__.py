"""Ranking: from hundreds to tens."""
