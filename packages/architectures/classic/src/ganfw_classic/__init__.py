"""ganfw-classic: the networks that the field grew from, and recipes that train them.

Importing this module imports no torch; the networks load it when they are first named.
"""

from __future__ import annotations

from ganfw.lazy import lazy
from ganfw_classic.plugin import (  # noqa: F401  (the hooks are found in this module)
    ganfw_register_discriminator,
    ganfw_register_gan,
    ganfw_register_generator,
    ganfw_register_recipe,
)

# Where each public name lives.
_HOMES = {
    "BEGANDiscriminator": "began",
    "BEGANGenerator": "began",
    "CGANDiscriminator": "cgan",
    "CGANGenerator": "cgan",
    "CoGANDiscriminator": "cogan",
    "CoGANGenerator": "cogan",
    "DCGANDiscriminator": "dcgan",
    "DCGANDiscriminatorConfig": "configs",
    "DCGANGenerator": "dcgan",
    "DCGANGeneratorConfig": "configs",
    "DiscreteBGAN": "discrete",
    "EBGANDiscriminator": "ebgan",
    "InfoGANDiscriminator": "infogan",
    "InfoGANGenerator": "infogan",
    "LAPGAN": "laplacian_game",
    "LAPGANDiscriminator": "lapgan",
    "LAPGANGenerator": "lapgan",
    "MLPDiscriminator": "mlp",
    "MLPDiscriminatorConfig": "configs",
    "MLPGenerator": "mlp",
    "MLPGeneratorConfig": "configs",
    "Maxout": "mlp",
}
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
