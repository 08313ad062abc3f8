"""Stored studies, and the code that they rest on."""
