"""Metrics of how unlike each other made samples are, and of how evenly they change with their latents."""
