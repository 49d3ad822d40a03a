"""Recipes of ganfw-classic."""

from __future__ import annotations

from zoo.proof import Proof, at_most, near, trial

_NARROW = ("image.size=16", "generator.width=16", "discriminator.width=16")
_QUICK = ("trainer.batch_size=32", "optimizers.generator.lr=8e-4", "optimizers.discriminator.lr=8e-4")
_STEEP = ("optimizers.generator.lr=1e-3", "optimizers.discriminator.lr=1e-3")

_DIGITS = "mnist-classifier"

PROOFS = (
    Proof(
        "ebgan", "Zhao et al. 2017", "unconditional", extractor=_DIGITS,
        short=trial("image.size=16", "data.border=0", "trainer.steps=500", at_most("sliced-wasserstein", 0.15)),
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
        "dcgan-wgan-gp", "Gulrajani et al. 2017", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1500", *_STEEP, near(0.2)),
    ),
    Proof(
        "mlp", "Goodfellow et al. 2014", "unconditional",
        short=trial("image.size=16", "trainer.steps=400", near(0.2)),
    ),
    Proof(
        "lsgan", "Mao et al. 2017", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1000", near(0.2)),
    ),
    Proof(
        "wgan", "Arjovsky et al. 2017", "unconditional",
        short=trial(*_NARROW, "trainer.steps=2000", near(0.17)),
    ),
    Proof(
        "dragan", "Kodali et al. 2017", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1000", near(0.2)),
    ),
    Proof(
        "ragan", "Jolicoeur-Martineau 2019", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1000", near(0.22)),
    ),
    Proof(
        "bgan", "Hjelm et al. 2018", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1000", near(0.22)),
    ),
    Proof(
        "f-gan", "Nowozin et al. 2016", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1000", near(0.25)),
    ),
    Proof(
        "dcgan-ada-lecam", "Karras et al. 2020; Tseng et al. 2021", "unconditional",
        short=trial(*_NARROW, "trainer.steps=1000", "augmentation.kimg=20", near(0.22)),
    ),
)  # fmt: skip

FULL_SIZE = ("began-64", "ebgan-64", "lapgan-cifar10")
