"""Recipes of ganfw-resnet."""

from __future__ import annotations

from zoo.proof import CLASSES, PICTURES, Proof, Trial, at_least, at_most, near, trial

# The mean digit, which is what mush would be, is at 0.30 from held-out digits. So short a run learns strokes; of their
# classes, which are at 0.10 by chance, it shows the beginning where that costs no more than half a minute. Of 500
# samples 0.15 is almost four deviations above chance; other machines round otherwise, so it is below what was seen.
_TINY = ("image.size=16", "generator.width=16", "discriminator.width=16")
_COARSE = ("generator.attention=8", "discriminator.attention=8")
_STEEP = ("optimizers.generator.lr=1e-3", "optimizers.discriminator.lr=1e-3")
_BIG = (
    "image.size=16", "generator.width=8", "discriminator.width=8", *_COARSE, "trainer.steps=300",
    "optimizers.generator.lr=1e-3", "optimizers.discriminator.lr=2e-3",
)  # fmt: skip
_FAST = "optimizers.generator.lr=2e-3"
_OBEDIENT = "regularizers.auxiliary-classifier.generator_weight=1"
_NEAR = at_most("sliced-wasserstein", 0.2, before=0.5)
_DIGITS = {"full": Trial(targets=CLASSES), "extractor": "mnist-classifier"}

PROOFS = (
    Proof(
        "sngan", "Miyato et al. 2018", "unconditional", extractor="mnist-classifier",
        short=trial(*_TINY, *_STEEP, "trainer.steps=400", near(0.15)),
    ),
    Proof(
        "wgan-gp", "Gulrajani et al. 2017", "unconditional", extractor="mnist-classifier",
        short=trial(*_TINY, *_STEEP, "generator_every=2", "trainer.steps=200", near(0.2)),
        full=Trial(targets=(*PICTURES, at_least("critic-rank", 0.8))),
    ),
    Proof(
        "crgan", "Zhang et al. 2020", "unconditional", extractor="mnist-classifier",
        short=trial(*_TINY, *_STEEP, "trainer.steps=150", near(0.22)),
    ),
    Proof(
        "cgan-pd", "Miyato and Koyama 2018", "class-conditional",
        short=trial(*_TINY, "trainer.steps=500", at_least("class-accuracy", 0.15), _NEAR), **_DIGITS,
    ),
    Proof(
        "acgan-resnet", "Odena et al. 2017", "class-conditional",
        short=trial(*_TINY, _OBEDIENT, "trainer.steps=400", at_least("class-accuracy", 0.25), _NEAR), **_DIGITS,
    ),
    Proof(
        "sagan", "Zhang et al. 2019", "class-conditional",
        short=trial(
            *_TINY, *_COARSE, _FAST, "optimizers.discriminator.lr=4e-3", "trainer.steps=400",
            at_least("class-accuracy", 0.15), _NEAR,
        ), **_DIGITS,
    ),
    Proof(
        "biggan", "Brock et al. 2019", "class-conditional", short=trial(*_BIG, near(0.18)), **_DIGITS,
    ),
    Proof(
        "biggan-deep", "Brock et al. 2019", "class-conditional", short=trial(*_BIG, near(0.22)), **_DIGITS,
    ),
)  # fmt: skip

FULL_SIZE = (
    "sngan-cifar10", "wgan-gp-cifar10", "crgan-cifar10", "cgan-pd-cifar10", "biggan-cifar10",
    "sngan-128", "cgan-pd-128", "sagan-128", "biggan-128", "biggan-deep-128",
)  # fmt: skip
