"""Recipes of ganfw-classic."""

from __future__ import annotations

import math

from zoo.proof import CLASSES, PICTURES, Proof, Trial, at_least, at_most, near, trial

_NARROW = ("image.size=16", "generator.width=16", "discriminator.width=16")
_QUICK = ("trainer.batch_size=32", "optimizers.generator.lr=8e-4", "optimizers.discriminator.lr=8e-4")
_STEEP = ("optimizers.generator.lr=1e-3", "optimizers.discriminator.lr=1e-3")

_DIGITS = "mnist-classifier"
_SMALL_DIGITS = ("image.size=16", "data.border=0")
_SMALL_PAIRS = (
    "image.size=16", "data.of.digits.border=0", "data.of.negatives.border=0",
)  # fmt: skip
_THIN = ("generator.width=8", "discriminator.width=8")
_SMALL = "image.size=16"
_ON_DIGITS = trial(_SMALL, "trainer.steps=600", near(0.15))

PROOFS = (
    Proof(
        "ebgan", "Zhao et al. 2017", "unconditional", extractor=_DIGITS,
        short=trial(*_SMALL_DIGITS, "trainer.steps=500", near(0.15)),
    ),
    Proof(
        "began", "Berthelot et al. 2017", "unconditional", extractor=_DIGITS,
        # A collapsed generator is at 0.4, as after a third of these steps; one that makes a mean digit is not precise.
        short=trial(
            *_THIN, "trainer.steps=1200", "trainer.ema.half_life=500", near(0.27), at_least("precision", 0.6)
        ),
    ),
    Proof(
        "cogan", "Liu and Tuzel 2016", "two domains", extractor=_DIGITS,
        # Untrained networks agree too: on the one digit that they make.
        short=trial(
            *_SMALL_PAIRS, *_THIN, *_STEEP, "trainer.steps=600", near(0.2), at_least("domains-digits", 8),
            at_least("domains-agree", 0.5, before=math.inf),
        ),
        full=Trial(targets=(at_least("domains-agree", 0.85, before=math.inf), *PICTURES)),
    ),
    Proof(
        "lapgan", "Denton et al. 2015", "unconditional", extractor=_DIGITS,
        short=trial(*_THIN, *_STEEP, "trainer.steps=500", "trainer.batch_size=32", near(0.2)),
    ),
    Proof(
        "bgan-discrete", "Hjelm et al. 2018", "unconditional, binary", extractor=_DIGITS,
        short=trial(
            *_STEEP, "image.size=14", "samples=10", "trainer.steps=600", "trainer.batch_size=32", near(0.15)
        ),
    ),
    Proof(
        "dcgan", "Radford et al. 2016", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1000", near(0.25)),
    ),
    Proof(
        "dcgan-64", "Radford et al. 2016", "unconditional",
        short=trial(*_NARROW, "trainer.steps=800", *_QUICK, near(0.2)),
    ),
    Proof(
        "dcgan-wgan-gp", "Gulrajani et al. 2017", "unconditional", extractor=_DIGITS,
        short=trial(_SMALL, *_STEEP, "trainer.steps=900", near(0.2)),
        full=Trial(targets=(at_least("critic-rank", 0.8), *PICTURES)),
    ),
    Proof(
        "mlp", "Goodfellow et al. 2014", "unconditional", extractor=_DIGITS,
        short=trial(_SMALL, "trainer.steps=800", near(0.15)),
    ),
    Proof(
        "lsgan", "Mao et al. 2017", "unconditional", extractor=_DIGITS,
        short=_ON_DIGITS,
    ),
    Proof(
        "wgan", "Arjovsky et al. 2017", "unconditional", extractor=_DIGITS,
        short=trial(_SMALL, *_STEEP, "trainer.steps=1200", near(0.15)),
        full=Trial(targets=(at_least("critic-rank", 0.8), *PICTURES)),
    ),
    Proof(
        "dragan", "Kodali et al. 2017", "unconditional", extractor=_DIGITS,
        short=trial(_SMALL, "trainer.steps=1000", near(0.15)),
    ),
    Proof(
        "ragan", "Jolicoeur-Martineau 2019", "unconditional", extractor=_DIGITS,
        short=_ON_DIGITS,
    ),
    Proof(
        "bgan", "Hjelm et al. 2018", "unconditional", extractor=_DIGITS,
        short=_ON_DIGITS,
    ),
    Proof(
        "f-gan", "Nowozin et al. 2016", "unconditional", extractor=_DIGITS,
        short=_ON_DIGITS,
    ),
    Proof(
        "dcgan-ada-lecam", "Karras et al. 2020; Tseng et al. 2021", "unconditional", extractor=_DIGITS,
        short=trial(_SMALL, "trainer.steps=800", "augmentation.kimg=20", near(0.15)),
    ),
    Proof(
        "gan", "Goodfellow et al. 2014", "unconditional", extractor=_DIGITS,
        short=trial("image.size=16", "trainer.steps=600", "trainer.batch_size=16", near(0.25)),
    ),
    Proof(
        "cgan", "Mirza and Osindero 2014", "class-conditional", extractor=_DIGITS,
        short=trial(
            "generator.latent_dim=20", "trainer.steps=700", "trainer.batch_size=16", near(0.2),
            at_least("class-accuracy", 0.15),
        ),
        full=Trial(targets=CLASSES),
    ),
    Proof(
        "cdcgan", "Mirza and Osindero 2014 with Radford et al. 2016", "class-conditional", extractor=_DIGITS,
        short=trial("trainer.steps=600", near(0.15), at_least("class-accuracy", 0.25)),
        full=Trial(targets=CLASSES),
    ),
    Proof(
        "infogan", "Chen et al. 2016", "codes", extractor=_DIGITS,
        # Untrained networks make one digit, whose code is one in ten: 0.12.
        short=trial(
            *_THIN, "trainer.steps=600", "trainer.ema.half_life=2000", "optimizers.generator.lr=2e-3",
            "optimizers.discriminator.lr=1e-3", near(0.15), at_least("code-accuracy", 0.25),
        ),
        full=Trial(targets=(at_least("code-accuracy", 0.7), *PICTURES)),
    ),
    Proof(
        "acgan", "Odena et al. 2017", "class-conditional", extractor=_DIGITS,
        short=trial(_SMALL, "trainer.steps=800", near(0.15), at_least("class-accuracy", 0.65)),
        full=Trial(targets=CLASSES),
    ),
    Proof(
        "sgan", "Odena 2016", "semi-supervised", extractor=_DIGITS,
        short=trial(_SMALL, "trainer.steps=700", near(0.2), at_most("test-error", 0.45)),
        full=trial(at_most("test-error-ratio", 0.8), *PICTURES),
    ),
    Proof(
        "improved-gan", "Salimans et al. 2016", "semi-supervised", extractor=_DIGITS,
        short=trial(_SMALL, "discriminator.width=24", "trainer.steps=700", near(0.25), at_most("test-error", 0.45)),
        full=trial(at_most("test-error-ratio", 0.8)),
    ),
)  # fmt: skip

FULL_SIZE = (
    "began-64", "ebgan-64", "lapgan-cifar10", "dragan-cifar10", "acgan-cifar10", "improved-gan-cifar10",
    "infogan-mnist",
)  # fmt: skip
