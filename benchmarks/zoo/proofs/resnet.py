"""Recipes of ganfw-resnet."""

PROOFS = ()

FULL_SIZE = ()
