"""The settings of each part."""
