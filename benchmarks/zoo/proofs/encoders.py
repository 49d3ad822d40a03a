"""Recipes of ganfw-encoders.

For scale: of 500 held-out digits, the nearest of 4,500 by their pixels is the same digit for 93.4 in 100, and one drawn by
chance for 10.
"""

from __future__ import annotations

from zoo.proof import Proof, at_least, at_most, near, trial

_SMALL = ("image.size=16",)
_READS = (at_least("neighbour-accuracy", 0.9), at_most("reconstruction-ratio", 0.3), at_most("codes-distance", 0.02))

PROOFS = (
    Proof(
        "aae", "Makhzani et al. 2016", "encoder", extractor="mnist-classifier",
        short=trial(
            *_SMALL, "trainer.steps=600", near(0.15), at_least("neighbour-accuracy", 0.82),
            at_most("reconstruction-ratio", 0.45), at_most("codes-distance", 0.05),
        ),
        full=trial(*_READS),
    ),
    Proof(
        "vae", "Kingma and Welling 2014", "encoder", extractor="mnist-classifier",
        short=trial(
            "trainer.steps=600", near(0.15), at_least("neighbour-accuracy", 0.9),
            at_most("reconstruction-ratio", 0.3), at_most("codes-distance", 0.02),
        ),
        full=trial(*_READS),
    ),
)  # fmt: skip

FULL_SIZE = ()
