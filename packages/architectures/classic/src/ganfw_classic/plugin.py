"""What ganfw-classic brings: its networks and its recipes. Nothing is imported until a part is used."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part, RecipeFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOME = "ganfw_classic.configs"
_DCGAN = "Radford, Metz and Chintala 2016, section 3"
_GAN = "Goodfellow et al. 2014, section 5"


@hookimpl
def ganfw_register_generator() -> Iterator[Part]:
    """The generators of this package."""
    yield Part("dcgan", f"{_HOME}:DCGANGeneratorConfig", "transposed convolutions from 4 x 4 to the picture", _DCGAN)
    yield Part("mlp", f"{_HOME}:MLPGeneratorConfig", "fully connected, for small pictures and points", _GAN)


@hookimpl
def ganfw_register_discriminator() -> Iterator[Part]:
    """The discriminators of this package."""
    yield Part(
        "dcgan", f"{_HOME}:DCGANDiscriminatorConfig", "strided convolutions from the picture to one logit", _DCGAN
    )
    yield Part("mlp", f"{_HOME}:MLPDiscriminatorConfig", "fully connected, for small pictures and points", _GAN)


_RECIPES = {
    "dcgan": "32 px emoji by DCGAN on a laptop's CPU, in minutes",
    "dcgan-64": "64 px pictures by DCGAN at the paper's settings, for a GPU",
    "dcgan-ada-lecam": "DCGAN with adaptive augmentation and LeCam, for small data",
    "dcgan-wgan-gp": "DCGAN's networks trained as WGAN-GP: a combination made by a recipe alone",
    "lsgan": "DCGAN's networks under least squares",
    "wgan": "a critic with clipped weights, the first Wasserstein GAN",
    "dragan": "the gradient penalty around real pictures alone",
    "ragan": "each picture against the mean of the other side",
    "bgan": "a generator that aims at the decision boundary",
    "f-gan": "any of seven f-divergences as a game",
    "mlp": "32 px greyscale emoji by fully connected networks, the oldest GAN in modern form",
}


@hookimpl
def ganfw_register_recipe() -> Iterator[RecipeFile]:
    """The recipes of this package."""
    for name, summary in _RECIPES.items():
        yield RecipeFile(name, files("ganfw_classic") / "recipes" / f"{name}.yaml", summary)
