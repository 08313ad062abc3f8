"""What the rungs share, and those that need a module of their own."""
