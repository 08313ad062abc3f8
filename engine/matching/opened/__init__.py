"""Models at one moment, opened: traces, sums, scenes and what a page draws of them."""
