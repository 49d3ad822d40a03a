"""The proofs of all recipes. Each package of recipes has a file here, with one short entry for each of them."""

from __future__ import annotations

from zoo.proofs import classic, combinations, encoders, resnet

_FILES = (classic, resnet, encoders, combinations)

PROOFS = tuple(proof for file in _FILES for proof in file.PROOFS)
"""How each recipe is proven to learn."""
FULL_SIZE = tuple(name for file in _FILES for name in file.FULL_SIZE)
"""Recipes at a paper's own size, which need a GPU for days: they are checked, and stepped once at a reduced width."""
