"""Data sources, the prepared cache, and the keyed stream that the trainer reads."""
