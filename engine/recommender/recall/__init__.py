"""Recall: from everything to hundreds."""
