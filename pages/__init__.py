"""What is on screen: a folder for each playground, and what they share in ui."""
