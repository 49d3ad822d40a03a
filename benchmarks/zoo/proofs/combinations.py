"""Recipes that mix the parts of several packages."""

PROOFS = ()

FULL_SIZE = ()
