"""What ganfw-resnet brings: its networks and its recipes. Nothing is imported until a part is used."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part, RecipeFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOME = "ganfw_resnet.configs"
_SNGAN = "Miyato et al. 2018, appendix B, table 4"
_BIGGAN = "Brock, Donahue and Simonyan 2019, appendix B"


@hookimpl
def ganfw_register_generator() -> Iterator[Part]:
    """The generators of this package."""
    yield Part("sngan", f"{_HOME}:SNGANGeneratorConfig", "residual blocks that double, of WGAN-GP to SAGAN", _SNGAN)
    yield Part("biggan", f"{_HOME}:BigGANGeneratorConfig", "each block told its chunk of the latent", _BIGGAN)
    yield Part("biggan-deep", f"{_HOME}:BigGANDeepGeneratorConfig", "bottleneck blocks, two a resolution", _BIGGAN)


@hookimpl
def ganfw_register_discriminator() -> Iterator[Part]:
    """The discriminators of this package."""
    yield Part("sngan", f"{_HOME}:SNGANDiscriminatorConfig", "residual blocks that halve, of WGAN-GP to SAGAN", _SNGAN)
    yield Part("biggan", f"{_HOME}:BigGANDiscriminatorConfig", "SN-GAN's with wide blocks", _BIGGAN)
    yield Part("biggan-deep", f"{_HOME}:BigGANDeepDiscriminatorConfig", "bottleneck blocks, two a resolution", _BIGGAN)


_RECIPES = {
    "sngan": "digits by SN-GAN: residual networks under spectral normalisation",
    "wgan-gp": "digits by WGAN-GP with the paper's residual networks",
    "crgan": "digits by SN-GAN whose discriminator does not see shifts",
    "cgan-pd": "digits by class, judged by projection",
    "acgan-resnet": "digits by class, named by a classifier beside the logit",
    "sagan": "digits by class, with self-attention in both players",
    "biggan": "digits by class, by BigGAN in small, for sampling with truncation",
    "biggan-deep": "digits by class, by BigGAN-deep in small: bottleneck blocks, two a resolution",
    "sngan-cifar10": "CIFAR-10 by SN-GAN at the paper's settings, for a GPU",
    "wgan-gp-cifar10": "CIFAR-10 by WGAN-GP at the paper's settings, for a GPU",
    "cgan-pd-cifar10": "CIFAR-10 by class at the settings of SN-GAN and projection, for a GPU",
    "crgan-cifar10": "CIFAR-10 by SN-GAN with consistency regularization, for a GPU",
    "biggan-cifar10": "CIFAR-10 by class at BigGAN's settings, for a GPU",
    "sngan-128": "128 px pictures by SN-GAN at the paper's settings, for a GPU",
    "cgan-pd-128": "128 px pictures by class, judged by projection, at the paper's settings, for GPUs",
    "sagan-128": "128 px pictures by class at SAGAN's settings, for GPUs",
    "biggan-128": "128 px pictures by class at BigGAN's settings, for many GPUs",
    "biggan-deep-128": "128 px pictures by class at BigGAN-deep's settings, for many GPUs",
}


@hookimpl
def ganfw_register_recipe() -> Iterator[RecipeFile]:
    """The recipes of this package."""
    for name, summary in _RECIPES.items():
        yield RecipeFile(name, files("ganfw_resnet") / "recipes" / f"{name}.yaml", summary)
