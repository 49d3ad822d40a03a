"""Penalties and constraints on a player. Gradients are taken with respect to samples before augmentation."""
