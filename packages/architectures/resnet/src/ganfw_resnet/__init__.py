"""ganfw-resnet: residual and attention networks, and recipes that train them.

Importing this module imports no torch; the networks load it when they are first named.
"""

from __future__ import annotations

from ganfw.lazy import lazy
from ganfw_resnet.plugin import (  # noqa: F401  (the hooks are found in this module)
    ganfw_register_discriminator,
    ganfw_register_generator,
    ganfw_register_recipe,
)

# Where each public name lives.
_HOMES = {
    "BigGANDeepDiscriminator": "discriminators",
    "BigGANGenerator": "generators",
    "ClassBatchNorm": "layers",
    "CodeBatchNorm": "layers",
    "SNGANDiscriminator": "discriminators",
    "SNGANGenerator": "generators",
    "SelfAttention": "layers",
    "channel_ladder": "sizes",
}
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
