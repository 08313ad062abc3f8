"""A user's own pairs of query and document: read, checked, trained on."""
