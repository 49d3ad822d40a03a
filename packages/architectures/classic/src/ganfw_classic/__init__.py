"""ganfw-classic: the MLP and DCGAN networks for ganfw, and recipes that train them.

Importing this module imports no torch; the networks load it when they are first named.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ganfw_classic.plugin import (  # noqa: F401  (the hooks are found in this module)
    ganfw_register_discriminator,
    ganfw_register_generator,
    ganfw_register_recipe,
)

# Where each public name lives.
_HOMES = {
    "DCGANDiscriminator": "dcgan",
    "DCGANDiscriminatorConfig": "configs",
    "DCGANGenerator": "dcgan",
    "DCGANGeneratorConfig": "configs",
    "MLPDiscriminator": "mlp",
    "MLPDiscriminatorConfig": "configs",
    "MLPGenerator": "mlp",
    "MLPGeneratorConfig": "configs",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganfw_classic' has no attribute {name!r}")
    value = getattr(import_module(f"ganfw_classic.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
