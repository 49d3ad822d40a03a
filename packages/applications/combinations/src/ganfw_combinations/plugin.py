"""The recipes of this package: no code, only names of other packages' parts."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import RecipeFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECIPES = {
    "ring": "eight Gaussians on a ring, all of them found",
    "grid": "25 Gaussians on a grid, to count those that are found",
    "stacked-mnist": "three digits in one picture: a thousand modes to find",
    "acgan-ada-lecam": "digits by class from little data: ACGAN's head with ADA and LeCam",
    "ebgan-began": "BEGAN's autoencoder under EBGAN's margin",
    "dcgan-rpgan-r1-r2": "DCGAN's networks under R3GAN's loss",
    "infogan-sn": "InfoGAN's codes in a game under hinge and spectral normalisation",
    "dcgan-topk-dragan": "top-k training with DRAGAN's penalty",
    "biggan-ebgan": "BigGAN's generator against EBGAN's autoencoder",
    "lapgan-rpgan": "LAPGAN's levels under a relativistic loss",
    "projection-bcr": "digits by class from a projection discriminator with balanced consistency",
}


@hookimpl
def ganfw_register_recipe() -> Iterator[RecipeFile]:
    """The recipes of this package."""
    for name, summary in _RECIPES.items():
        yield RecipeFile(name, files("ganfw_combinations") / "recipes" / f"{name}.yaml", summary)
