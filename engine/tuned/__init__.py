"""The learning rates that tuning found, a table for each playground. `make claims` writes them."""
