"""What is held out of a log, and how both stages are judged by it."""
