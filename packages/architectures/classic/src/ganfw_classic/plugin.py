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
_SYSTEMS = "ganfw_classic.configs_of_systems"
_CGAN = "Mirza and Osindero 2014, section 4.1"
_INFOGAN = "Chen et al. 2016, appendix C"
_BEGAN = "Berthelot et al. 2017, section 3.5"
_COGAN = "Liu and Tuzel 2016, section 3"
_PYRAMIDS = "ganfw_classic.configs_of_pyramids"
_LAPGAN = "Denton et al. 2015, section 3"


@hookimpl
def ganfw_register_gan() -> Iterator[Part]:
    """The games of this package."""
    yield Part("laplacian", "ganfw_classic.games:LaplacianRecipe", "a game for each level of a pyramid", _LAPGAN)
    yield Part(
        "discrete-bgan", "ganfw_classic.games:DiscreteBGANRecipe", "binary pictures, learned by policy gradient",
        "Hjelm et al. 2018, section 2",
    )  # fmt: skip


@hookimpl
def ganfw_register_generator() -> Iterator[Part]:
    """The generators of this package."""
    yield Part("dcgan", f"{_HOME}:DCGANGeneratorConfig", "transposed convolutions from 4 x 4 to the picture", _DCGAN)
    yield Part("mlp", f"{_HOME}:MLPGeneratorConfig", "fully connected, for small pictures and points", _GAN)
    yield Part("cgan", f"{_SYSTEMS}:CGANGeneratorConfig", "fully connected, told the class to make", _CGAN)
    yield Part("infogan", f"{_SYSTEMS}:InfoGANGeneratorConfig", "from latents that begin with codes", _INFOGAN)
    yield Part("began", f"{_SYSTEMS}:BEGANGeneratorConfig", "convolutions and nearest doubling, linear end", _BEGAN)
    yield Part("cogan", f"{_SYSTEMS}:CoGANGeneratorConfig", "DCGAN with a last layer for each domain", _COGAN)
    yield Part("lapgan", f"{_PYRAMIDS}:LAPGANGeneratorConfig", "small pictures, and detail level by level", _LAPGAN)


@hookimpl
def ganfw_register_discriminator() -> Iterator[Part]:
    """The discriminators of this package."""
    yield Part(
        "dcgan", f"{_HOME}:DCGANDiscriminatorConfig", "strided convolutions from the picture to one logit", _DCGAN
    )
    yield Part("mlp", f"{_HOME}:MLPDiscriminatorConfig", "fully connected, for small pictures and points", _GAN)
    yield Part("cgan", f"{_SYSTEMS}:CGANDiscriminatorConfig", "maxout units, told the class to judge", _CGAN)
    yield Part("infogan", f"{_SYSTEMS}:InfoGANDiscriminatorConfig", "with a head that finds the codes", _INFOGAN)
    yield Part(
        "ebgan", f"{_SYSTEMS}:EBGANDiscriminatorConfig", "an autoencoder that judges by its squared error",
        "Zhao et al. 2017, section 2",
    )  # fmt: skip
    yield Part(
        "began", f"{_SYSTEMS}:BEGANDiscriminatorConfig", "an autoencoder that judges by its absolute error", _BEGAN
    )
    yield Part("cogan", f"{_SYSTEMS}:CoGANDiscriminatorConfig", "DCGAN with a first layer for each domain", _COGAN)
    yield Part("lapgan", f"{_PYRAMIDS}:LAPGANDiscriminatorConfig", "a judge for each level of a pyramid", _LAPGAN)


_RECIPES = {
    "dcgan": "32 px emoji by DCGAN on a laptop's CPU, in minutes",
    "dcgan-64": "64 px pictures by DCGAN at the paper's settings, for a GPU",
    "dcgan-ada-lecam": "DCGAN with adaptive augmentation and LeCam, for small data",
    "dcgan-wgan-gp": "DCGAN's networks trained as WGAN-GP: a combination made by a recipe alone",
    "lsgan": "DCGAN's networks under least squares",
    "wgan": "a critic with clipped weights, the first Wasserstein GAN",
    "dragan": "the gradient penalty around real pictures alone",
    "dragan-cifar10": "DRAGAN for CIFAR-10 with DCGAN's networks, for a GPU",
    "ragan": "each picture against the mean of the other side",
    "bgan": "a generator that aims at the decision boundary",
    "f-gan": "any of seven f-divergences as a game",
    "ebgan": "an autoencoder that judges by its error, with the pulling-away term",
    "began": "two autoencoder losses, kept in balance by a controller",
    "cogan": "digits in two looks from one latent, without pairs",
    "lapgan": "digits by levels: small ones first, then their detail",
    "bgan-discrete": "binary digits, learned by policy gradient",
    "ebgan-64": "EBGAN with the pulling-away term at the paper's settings, for a GPU",
    "began-64": "BEGAN at the paper's settings, for a GPU",
    "lapgan-cifar10": "LAPGAN for CIFAR-10, told the class, for a GPU",
    "gan": "digits by the fully connected networks of 2014, with maxout units",
    "cgan": "digits by class from fully connected networks that are told it",
    "cdcgan": "digits by class from DCGAN's networks that are told it",
    "acgan": "digits by class, from a discriminator that names classes",
    "acgan-cifar10": "pictures by class at the settings for CIFAR-10, for a GPU",
    "infogan": "digits without labels, by a code that the discriminator has to find again",
    "infogan-mnist": "digits without labels by the settings of InfoGAN's paper, for a GPU",
    "sgan": "a classifier of digits from 100 labels, beside a game",
    "improved-gan": "a classifier of digits from 100 labels, by features that match",
    "improved-gan-cifar10": "the same at the settings for CIFAR-10, for a GPU",
    "mlp": "digits by fully connected networks, the oldest GAN in modern form",
}


@hookimpl
def ganfw_register_recipe() -> Iterator[RecipeFile]:
    """The recipes of this package."""
    for name, summary in _RECIPES.items():
        yield RecipeFile(name, files("ganfw_classic") / "recipes" / f"{name}.yaml", summary)
