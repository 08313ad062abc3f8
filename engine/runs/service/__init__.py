"""The service that trains: a queue, seats, and who owns what."""
