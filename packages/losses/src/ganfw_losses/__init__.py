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
    "ADA": "augmentation.ada",
    "BEGAN": "adversarial.began",
    "BalancedConsistency": "regularizers.consistency",
    "BoundarySeeking": "adversarial.boundary_seeking",
    "Consistency": "regularizers.consistency",
    "CycleConsistency": "consistency.cycle",
    "DRAGAN": "regularizers.dragan",
    "DiffAugment": "augmentation.diffaugment",
    "Drift": "regularizers.drift",
    "EBGAN": "adversarial.ebgan",
    "FGAN": "adversarial.f_gan",
    "FeatureMatching": "regularizers.features",
    "GradientPenalty": "regularizers.gradient_penalty",
    "Hinge": "adversarial.hinge",
    "HistoricalAveraging": "regularizers.historical_averaging",
    "InstanceNoise": "augmentation.instance_noise",
    "L1": "consistency.distances",
    "L2": "consistency.distances",
    "LatentConsistency": "regularizers.consistency",
    "LeCam": "regularizers.lecam",
    "LeastSquares": "adversarial.least_squares",
    "MinibatchDiscrimination": "layers.minibatch_discrimination",
    "MinibatchStdDev": "layers.minibatch_stddev",
    "Minimax": "adversarial.minimax",
    "NonSaturating": "adversarial.non_saturating",
    "Orthogonal": "regularizers.orthogonal",
    "PathLength": "regularizers.path_length",
    "Pipe": "augmentation.pipe",
    "PullingAway": "regularizers.features",
    "R1": "regularizers.r1",
    "R2": "regularizers.r2",
    "RelativisticAverage": "adversarial.relativistic_average",
    "RpGAN": "adversarial.rpgan",
    "SpectralNorm": "regularizers.spectral_norm",
    "TopK": "adversarial.top_k",
    "VirtualBatchNorm": "layers.virtual_batch_norm",
    "Wasserstein": "adversarial.wasserstein",
    "WeightClip": "regularizers.weight_clip",
    "dragan_penalty": "regularizers.dragan",
    "gradient_penalty": "regularizers.gradient_penalty",
    "importance_weights": "adversarial.boundary_seeking",
    "lecam_penalty": "regularizers.lecam",
    "orthogonal_penalty": "regularizers.orthogonal",
    "path_lengths": "regularizers.path_length",
    "policy_loss": "adversarial.boundary_seeking",
    "pulling_away": "regularizers.features",
    "r1_penalty": "regularizers.r1",
}
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
