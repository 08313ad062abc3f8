"""How predictions on the test rows of a user's table are judged, and how sure that is."""
