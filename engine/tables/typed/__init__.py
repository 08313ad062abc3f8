"""From text to values: numbers, times, ids, and what a column may serve as."""
