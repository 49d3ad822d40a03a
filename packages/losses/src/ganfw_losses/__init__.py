"""ganfw-losses: adversarial losses, penalties, consistency terms and augmentation for ganfw."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ganfw_losses.plugin import (  # noqa: F401  (the hooks are found in this module)
    ganfw_register_augmentation,
    ganfw_register_loss,
    ganfw_register_regularizer,
)

# Where each public name lives: torch loads with the first of them, not with this module.
_HOMES = {
    "CycleConsistency": "consistency.cycle",
    "DiffAugment": "augmentation.diffaugment",
    "GradientPenalty": "regularizers.gradient_penalty",
    "Hinge": "adversarial.hinge",
    "L1": "consistency.distances",
    "L2": "consistency.distances",
    "LeastSquares": "adversarial.least_squares",
    "Minimax": "adversarial.minimax",
    "NonSaturating": "adversarial.non_saturating",
    "R1": "regularizers.r1",
    "R2": "regularizers.r2",
    "RpGAN": "adversarial.rpgan",
    "Wasserstein": "adversarial.wasserstein",
    "WeightClip": "regularizers.weight_clip",
    "gradient_penalty": "regularizers.gradient_penalty",
    "r1_penalty": "regularizers.r1",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganfw_losses' has no attribute {name!r}")
    value = getattr(import_module(f"ganfw_losses.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
