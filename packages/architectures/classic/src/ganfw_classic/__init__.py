"""ganfw."""
