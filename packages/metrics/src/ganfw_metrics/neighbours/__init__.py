"""Metrics of who is near whom among features."""
