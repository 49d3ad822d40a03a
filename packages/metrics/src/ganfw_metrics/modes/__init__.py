"""Metrics of how many modes of a known distribution a model has found."""
