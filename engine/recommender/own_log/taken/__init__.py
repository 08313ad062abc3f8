"""A stage that was trained on a viewer's own log, to take away as code."""
