"""Metrics of classes: of those that samples were made for, and of those that a classifier finds."""
