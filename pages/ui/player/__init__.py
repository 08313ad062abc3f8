"""The player: the one custom component, and the stage that it is told."""
