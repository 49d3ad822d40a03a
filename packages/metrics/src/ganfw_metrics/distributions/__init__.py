"""Distances between distributions of features."""
