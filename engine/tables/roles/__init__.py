"""What the columns of a table serve as: a log, pairs, or a table of labels and features."""
