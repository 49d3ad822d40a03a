"""What ganfw-encoders brings: encoders, discriminators of pairs, games and recipes. Nothing is imported until used."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part, RecipeFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOME = "ganfw_encoders.configs"
_GAMES = "ganfw_encoders.configs_of_games"
_BIGAN = "Donahue, Krähenbühl and Darrell 2017, section 3"


@hookimpl
def ganfw_register_encoder() -> Iterator[Part]:
    """The encoders of this package."""
    yield Part(
        "mlp", f"{_HOME}:MLPEncoderConfig", "fully connected, for small pictures and points",
        "Kingma and Welling 2014, appendix C",
    )  # fmt: skip
    yield Part(
        "conv", f"{_HOME}:ConvEncoderConfig", "strided convolutions from the picture to the code",
        "Larsen et al. 2016, table 1",
    )  # fmt: skip


@hookimpl
def ganfw_register_discriminator() -> Iterator[Part]:
    """Discriminators of a sample with its code."""
    yield Part("joint-mlp", f"{_HOME}:JointMLPConfig", "fully connected, judges a sample with its code", _BIGAN)
    yield Part("joint-conv", f"{_HOME}:JointConvConfig", "convolutional, judges a picture with its code", _BIGAN)


@hookimpl
def ganfw_register_gan() -> Iterator[Part]:
    """The games of this package."""
    yield Part(
        "aae", f"{_GAMES}:AAERecipe", "an autoencoder whose codes pass for draws of a prior",
        "Makhzani et al. 2016, section 2",
    )  # fmt: skip
    yield Part(
        "aae-semi-supervised", f"{_GAMES}:SemiSupervisedAAERecipe",
        "the same with class apart from style, by few labels",
        "Makhzani et al. 2016, section 5",
    )  # fmt: skip
    yield Part("bigan", f"{_GAMES}:BiGANRecipe", "a discriminator of pairs teaches an encoder", _BIGAN)
    yield Part(
        "bicogan", f"{_GAMES}:BiCoGANRecipe", "the same under a condition, which the encoder finds",
        "Jaiswal et al. 2018, section 3",
    )  # fmt: skip
    yield Part(
        "vae", f"{_GAMES}:VAERecipe", "a bound on the likelihood, no game", "Kingma and Welling 2014, equation 10"
    )
    yield Part(
        "vae-gan", f"{_GAMES}:VAEGANRecipe", "an autoencoder measured by its discriminator's features",
        "Larsen et al. 2016, algorithm 1",
    )  # fmt: skip


_RECIPES = {
    "aae": "digits by an adversarial autoencoder",
    "aae-mnist": "digits by the adversarial autoencoder with the paper's networks, for a GPU",
    "aae-semi-supervised": "digits sorted by an adversarial autoencoder with 100 labels",
    "bigan": "digits, and an encoder that learned only from a discriminator of pairs",
    "bigan-mnist": "digits and their encoder by the fully connected networks of BiGAN's paper, for a GPU",
    "bicogan": "digits by class, and an encoder that finds class and style",
    "vae": "digits by the variational autoencoder",
    "vae-gan": "digits by an autoencoder measured by its own discriminator",
}


@hookimpl
def ganfw_register_recipe() -> Iterator[RecipeFile]:
    """The recipes of this package."""
    for name, summary in _RECIPES.items():
        yield RecipeFile(name, files("ganfw_encoders") / "recipes" / f"{name}.yaml", summary)
