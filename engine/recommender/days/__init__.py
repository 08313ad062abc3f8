"""Days go by: what a policy shows is what it learns from; and two policies side by side, users split by lot."""
