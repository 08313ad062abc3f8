"""A user's own text: which character comes next? Read, counted, trained on."""
