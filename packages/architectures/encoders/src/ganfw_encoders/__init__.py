"""ganfw-encoders: games with an encoder, and the networks that they need beside a generator.

Importing this module imports no torch; the networks load it when they are first named.
"""

from __future__ import annotations

from ganfw.lazy import lazy
from ganfw_encoders.plugin import (  # noqa: F401  (the hooks are found in this module)
    ganfw_register_discriminator,
    ganfw_register_encoder,
    ganfw_register_gan,
    ganfw_register_recipe,
)

# Where each public name lives.
_HOMES = {
    "AAE": "aae",
    "AAERecipe": "configs_of_games",
    "BiCoGANRecipe": "configs_of_games",
    "BiGAN": "bigan",
    "BiGANRecipe": "configs_of_games",
    "ConvEncoderConfig": "configs",
    "Extrinsic": "bigan",
    "GaussianEncoder": "gaussian",
    "JointConvConfig": "configs",
    "JointDiscriminator": "discriminator",
    "JointMLPConfig": "configs",
    "MLPEncoderConfig": "configs",
    "NormalEncoder": "encoder",
    "PartsDiscriminator": "discriminator",
    "PointEncoder": "encoder",
    "SemiSupervisedAAERecipe": "configs_of_games",
    "VAE": "vae",
    "VAEGAN": "vae_gan",
    "VAEGANRecipe": "configs_of_games",
    "VAERecipe": "configs_of_games",
    "conv_trunk": "trunks",
    "mlp_trunk": "trunks",
}
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
