"""Formats that a trained model can be written in: their contract, and those that core brings."""
