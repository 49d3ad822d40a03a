"""ganfw-classic: the MLP and DCGAN networks for ganfw, and recipes that train them.

Importing this module imports no torch; the networks load it when they are first named.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ganfw_classic.plugin import (
    DCGANDiscriminatorConfig,
    DCGANGeneratorConfig,
    MLPDiscriminatorConfig,
    MLPGeneratorConfig,
    ganfw_register_discriminator,
    ganfw_register_generator,
    ganfw_register_recipe,
)

_NETWORKS = {
    "DCGANDiscriminator": "ganfw_classic.dcgan",
    "DCGANGenerator": "ganfw_classic.dcgan",
    "MLPDiscriminator": "ganfw_classic.mlp",
    "MLPGenerator": "ganfw_classic.mlp",
}

__all__ = [
    "DCGANDiscriminator",
    "DCGANDiscriminatorConfig",
    "DCGANGenerator",
    "DCGANGeneratorConfig",
    "MLPDiscriminator",
    "MLPDiscriminatorConfig",
    "MLPGenerator",
    "MLPGeneratorConfig",
    "ganfw_register_discriminator",
    "ganfw_register_generator",
    "ganfw_register_recipe",
]


def __getattr__(name: str) -> Any:
    if name not in _NETWORKS:
        raise AttributeError(f"module 'ganfw_classic' has no attribute {name!r}")
    return getattr(import_module(_NETWORKS[name]), name)
