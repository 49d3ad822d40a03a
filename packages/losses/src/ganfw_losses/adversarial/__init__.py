"""Adversarial losses on logits: larger is more real, every loss is minimised, means are over the batch.

Legend for all of them: x real sample, z latent, D(·) logit, σ sigmoid, sp(t) = log(1 + eᵗ) (softplus).
"""
