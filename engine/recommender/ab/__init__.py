"""An A/B test on a simulated site, and what the log of one arm alone would have told of the other."""
