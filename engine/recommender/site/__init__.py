"""The site: what is watched, by whom, and when; generated, or of a user's own log."""
