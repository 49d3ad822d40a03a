"""A game with one phase."""

from typing import Annotated

import torch

import ganfw


class Autoencoder(ganfw.GAN):
    averaged = ("generator",)

    def __init__(self, encoder, generator):
        super().__init__()
        self.encoder, self.generator = encoder, generator
        self.phases = [ganfw.Phase("reconstruction", ("encoder", "generator"), self.reconstruction)]

    def reconstruction(self, step):
        x = step.batch.real
        return {"distance": (self.generator(self.encoder(x)) - x).square().mean()}

    def sample(self, count, *, rng, condition=None):
        return self.generator(torch.randn(count, self.generator.latent_dim, generator=rng, device=rng.device))


class AutoencoderRecipe(ganfw.Recipe):
    encoder: Annotated[ganfw.Config, ganfw.Slot("encoder")]
    """Turns samples into codes."""
    generator: Annotated[ganfw.Config, ganfw.Slot("generator")]
    """Turns codes into samples."""

    def build(self, spec):
        return Autoencoder(self.encoder.build(spec), self.generator.build(spec))
