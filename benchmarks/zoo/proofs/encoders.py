"""Recipes of ganfw-encoders."""

PROOFS = ()

FULL_SIZE = ()
