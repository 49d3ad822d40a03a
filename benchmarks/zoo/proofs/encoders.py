"""Recipes of ganfw-encoders.

For scale: of 500 held-out digits, the nearest of 4,500 by pixels is the same digit for 93.4 in 100; chance is 10. Wide
untrained networks keep distances, so that neighbours of their codes are nearly as good: there, other figures decide.
"""

from __future__ import annotations

from zoo.proof import Proof, at_least, at_most, near, trial

_SMALL = ("image.size=16",)
_NARROW = (*_SMALL, "encoder.width=12", "generator.width=12", "discriminator.width=12")
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
        "aae-semi-supervised", "Makhzani et al. 2016", "semi-supervised", extractor="mnist-classifier",
        short=trial(
            *_SMALL, "trainer.steps=400", "encoder.noise=0.6", near(0.18), at_most("sorting-error", 0.22),
            at_most("sorting-error-ratio", 0.85), at_most("reconstruction-ratio", 0.4),
        ),
        full=trial(at_most("sorting-error", 0.15), at_most("sorting-error-ratio", 0.7)),
    ),
    Proof(
        "bigan", "Donahue et al. 2017", "encoder", extractor="mnist-classifier",
        short=trial(
            *_NARROW, "trainer.steps=600", "optimizers.generator.lr=1e-3", "optimizers.discriminator.lr=1e-3",
            near(0.15), at_most("codes-distance", 0.1), at_most("reconstruction-ratio", 2.0),
        ),
        full=trial(
            near(0.15), at_least("neighbour-accuracy", 0.9, before=1), at_most("reconstruction-ratio", 1.0),
            at_most("codes-distance", 0.03),
        ),
    ),
    Proof(
        "bicogan", "Jaiswal et al. 2018", "encoder", extractor="mnist-classifier",
        short=trial(
            *_SMALL, "trainer.steps=300", near(0.25), at_least("named-accuracy", 0.9), at_most("codes-distance", 0.12),
            at_most("reconstruction-ratio", 2.4),
        ),
        full=trial(
            near(0.15), at_least("named-accuracy", 0.93), at_least("neighbour-accuracy", 0.9, before=1),
            at_most("reconstruction-ratio", 1.0), at_most("codes-distance", 0.05),
        ),
    ),
    Proof(
        "vae", "Kingma and Welling 2014", "encoder", extractor="mnist-classifier",
        short=trial(
            "trainer.steps=600", near(0.15), at_least("neighbour-accuracy", 0.9),
            at_most("reconstruction-ratio", 0.3), at_most("codes-distance", 0.02),
        ),
        full=trial(*_READS),
    ),
    Proof(
        "vae-gan", "Larsen et al. 2016", "encoder", extractor="mnist-classifier",
        short=trial(
            *_NARROW, "trainer.steps=800", "trainer.batch_size=32", "trainer.ema.half_life=1000",
            "optimizers.encoder.lr=1e-3", "optimizers.generator.lr=1e-3", near(0.25),
            at_most("reconstruction-ratio", 0.9), at_most("codes-distance", 0.15),
        ),
        full=trial(
            near(0.15), at_least("neighbour-accuracy", 0.9, before=1), at_most("reconstruction-ratio", 0.8),
            at_most("codes-distance", 0.03),
        ),
    ),
)  # fmt: skip

FULL_SIZE = ("aae-mnist", "bigan-mnist")
