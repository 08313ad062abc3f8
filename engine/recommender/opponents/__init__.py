"""Opponents: what a practitioner would try first, on the same log, held-out watches and lists."""
