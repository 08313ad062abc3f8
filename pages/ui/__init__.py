"""What all pages share, in rooms: the player, a run, controls, pieces; language and place at the door."""
