"""Recipes that mix the parts of several packages."""

from __future__ import annotations

from zoo.proof import CLASSES, PICTURES, Proof, at_least, at_most, near, trial

_NARROW = ("image.size=16", "generator.width=16", "discriminator.width=16")
_SMALL = (
    "trainer.steps=1500", "trainer.batch_size=128", "optimizers.generator.lr.to_kimg=180",
    "optimizers.discriminator.lr.to_kimg=180",
)  # fmt: skip
_DIGITS = "mnist-classifier"

PROOFS = (
    Proof(
        "ring", "Huang et al. 2024", "mode coverage", why="Eight modes, to see that a loss leaves none out.",
        short=trial(*_SMALL, at_least("modes", 8), at_least("high-quality", 0.5)),
        full=trial(at_least("modes", 8), at_least("high-quality", 0.9)),
    ),
    Proof(
        "grid", "Huang et al. 2024", "mode coverage", why="25 modes of which most GANs lose some.",
        short=trial(*_SMALL, at_least("modes", 20)),
        full=trial(at_least("modes", 25), at_least("high-quality", 0.9)),
    ),
    Proof(
        "stacked-mnist", "Metz et al. 2017", "mode coverage", why="A thousand modes, counted by a classifier.",
        short=trial(
            *_NARROW, "trainer.steps=500", "optimizers.generator.lr=5e-4", "optimizers.discriminator.lr=5e-4",
            near(0.2),
        ),
        full=trial(at_least("stacked-modes", 900)),
        extractor=_DIGITS,
    ),
    Proof(
        "acgan-ada-lecam", "Odena et al. 2017 with Karras et al. 2020 and Tseng et al. 2021", "class-conditional",
        why="Labels are one cure for few pictures, augmentation and a calmer discriminator are two more.",
        short=trial("image.size=16", "trainer.steps=1000", at_least("class-accuracy", 0.25), near(0.12)),
        full=trial(*CLASSES), extractor=_DIGITS,
    ),
    Proof(
        "ebgan-began", "Zhao et al. 2017 with Berthelot et al. 2017", "unconditional",
        why="BEGAN's autoencoder has no batch statistics, which EBGAN's margin and pulling-away do without.",
        short=trial("image.size=16", "data.border=0", "trainer.steps=600", near(0.25)),
        full=trial(*PICTURES), extractor=_DIGITS,
    ),
    Proof(
        "dcgan-rpgan-r1-r2", "Radford et al. 2016 with Huang et al. 2024", "unconditional",
        why="It shows what the loss of R3GAN is worth without its networks.",
        short=trial(
            "image.size=16", "trainer.steps=700", "optimizers.generator.lr=1e-3", "optimizers.discriminator.lr=1e-3",
            near(0.2),
        ),
        full=trial(*PICTURES), extractor=_DIGITS,
    ),
    Proof(
        "infogan-sn", "Chen et al. 2016 with Miyato et al. 2018", "codes",
        why="Spectral normalisation calms the discriminator whose head has to find the codes.",
        # Untrained networks make one digit, whose code is one in ten: 0.12.
        short=trial(
            "generator.width=8", "discriminator.width=8", "trainer.steps=600", "trainer.ema.half_life=2000",
            "optimizers.generator.lr=2e-3", "optimizers.discriminator.lr=1e-3", near(0.15),
            at_least("code-accuracy", 0.25),
        ),
        full=trial(at_least("code-accuracy", 0.7), *PICTURES), extractor=_DIGITS,
    ),
    Proof(
        "dcgan-topk-dragan", "Sinha et al. 2020 with Kodali et al. 2017", "unconditional",
        why="Top-k wants gradients that lead to real pictures, and DRAGAN's penalty makes them.",
        short=trial("image.size=16", "trainer.steps=700", near(0.2)),
        full=trial(*PICTURES), extractor=_DIGITS,
    ),
    Proof(
        "biggan-ebgan", "Brock et al. 2019 with Zhao et al. 2017", "unconditional",
        why="An autoencoder gives gradients for every pixel, and BigGAN's chunks let every scale use them.",
        short=trial(
            "image.size=16", "data.border=0", "generator.latent_dim=60", "trainer.steps=300",
            # Untrained networks make grey, which is at 0.47 from digits.
            at_most("sliced-wasserstein", 0.2, before=0.4),
        ),
        full=trial(*PICTURES), extractor=_DIGITS,
    ),
    Proof(
        "lapgan-rpgan", "Denton et al. 2015 with Jolicoeur-Martineau 2019", "unconditional",
        why="A level's detail is hard to judge alone, and easier beside that of a real picture.",
        short=trial(
            "generator.width=8", "discriminator.width=8", "optimizers.generator.lr=1e-3",
            "optimizers.discriminator.lr=1e-3", "trainer.steps=500", "trainer.batch_size=32", near(0.2),
        ),
        full=trial(*PICTURES), extractor=_DIGITS,
    ),
    Proof(
        "projection-bcr", "Miyato and Koyama 2018 with Zhao et al. 2021", "class-conditional",
        why="Consistency keeps a projection discriminator from learning few digits by heart.",
        short=trial("image.size=16", "trainer.steps=600", at_least("class-accuracy", 0.16), near(0.2)),
        full=trial(*CLASSES), extractor=_DIGITS,
    ),
)  # fmt: skip

FULL_SIZE = ()
