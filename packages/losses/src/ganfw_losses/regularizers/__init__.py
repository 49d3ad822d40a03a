"""Penalties and constraints on the discriminator. Gradients are taken with respect to samples before augmentation."""
