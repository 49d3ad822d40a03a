"""ganfw-losses: adversarial losses, penalties, consistency terms and augmentation for ganfw."""

from __future__ import annotations

from ganfw.lazy import lazy
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
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
