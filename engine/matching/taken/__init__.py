"""A pair of towers to take away: their weights, and their graph from hashed words to the cosine."""
