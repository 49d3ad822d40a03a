"""What core itself brings, through the door that every plugin uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def ganfw_register_gan() -> Iterable[Part]:
    """The game of two."""
    from ganfw.config.recipe import TwoPlayerRecipe

    yield Part(
        "two-player", TwoPlayerRecipe, "a generator against a discriminator, with any loss and regularizers",
        "Goodfellow et al. 2014, Generative Adversarial Networks, Algorithm 1",
    )  # fmt: skip


@hookimpl
def ganfw_register_optimizer() -> Iterable[Part]:
    """The optimizers of PyTorch that GANs use."""
    from ganfw.config.trainer import AdamConfig, RMSPropConfig, SGDConfig

    yield Part("adam", AdamConfig, "Adam, or AdamW with weight decay", "Kingma and Ba 2015, Algorithm 1")
    yield Part("rmsprop", RMSPropConfig, "RMSProp, as WGAN uses it", "Tieleman and Hinton 2012, Lecture 6.5")
    yield Part("sgd", SGDConfig, "stochastic gradient descent, with momentum if asked")


@hookimpl
def ganfw_register_data() -> Iterable[Part]:
    """The data sources that read the user's own files, or the Hugging Face hub."""
    from ganfw.config import data

    parts: Iterable[Part] = getattr(data, "BUILTIN_DATA", ())
    yield from parts
