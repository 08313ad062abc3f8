"""From bytes to a table of text: encoding, dialect, rows."""
