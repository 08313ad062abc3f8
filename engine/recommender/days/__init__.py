"""Days go by: what a policy shows is what it learns from."""
