"""Serving: both models at one moment, ready to recommend, and what can be asked of them."""
