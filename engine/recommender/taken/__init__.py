"""Both stages of the funnel to take away: their weights and their graphs."""
