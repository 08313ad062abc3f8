"""A reader to take away: its weights, and its graph for sequences of any length."""
