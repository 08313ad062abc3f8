"""A structure to take away: its weights, its graph, and the code that trains it again."""
