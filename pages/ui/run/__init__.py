"""A run on a page: the bar, what is drawn anew, the house that trains, and files that visitors bring."""
