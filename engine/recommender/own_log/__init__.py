"""A user's own log of watches as a site."""
