"""The recipes of games that are not the common one. No torch here: ``build`` imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ganfw.config.recipe import TwoPlayerRecipe

if TYPE_CHECKING:
    from ganfw.gan import GAN
    from ganfw.specs import Spec


class LaplacianRecipe(TwoPlayerRecipe):
    """A game for each level of a Laplacian pyramid."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN.

        Raises:
            GanfwError: If the networks are not of type lapgan with equally many levels, or the parts do not fit.
        """
        from ganfw_classic.laplacian_game import LAPGAN

        return LAPGAN(**self.parts(spec))


class DiscreteBGANRecipe(TwoPlayerRecipe):
    """A generator of binary pictures, which learns by policy gradient."""

    samples: int = Field(default=20, ge=2)
    """Samples of each latent that are weighed against each other."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`."""
        from ganfw_classic.discrete import DiscreteBGAN

        return DiscreteBGAN(samples=self.samples, **self.parts(spec))
