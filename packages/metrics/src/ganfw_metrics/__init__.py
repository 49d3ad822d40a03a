"""ganfw-metrics: how good the samples of a model are, and the networks by whose features they are compared."""

from __future__ import annotations

from ganfw.lazy import lazy
from ganfw_metrics.plugin import (  # noqa: F401  (the hooks are found in this module)
    ganfw_register_extractor,
    ganfw_register_metric,
)

# Where each public name lives: torch loads with the first of them, not with this module.
_HOMES = {
    "CLIP": "extractors.transformers",
    "ClassAccuracy": "classes.accuracy",
    "ClassModes": "modes.classes",
    "DINOv2": "extractors.transformers",
    "EfficientNetLite0": "extractors.efficientnet",
    "FID": "distributions.fid",
    "FeatureDiversity": "diversity.features",
    "Identity": "extractors.identity",
    "InceptionScore": "distributions.inception_score",
    "InceptionV3": "extractors.inception",
    "IntraFID": "classes.intra_fid",
    "KID": "distributions.kid",
    "MNISTClassifier": "extractors.mnist_classifier",
    "MSSSIM": "diversity.ms_ssim",
    "Memorisation": "neighbours.memorisation",
    "PPL": "diversity.ppl",
    "PRDC": "neighbours.prdc",
    "PointModes": "modes.points",
    "RandomConvolutions": "extractors.random",
    "frechet_distance": "distributions.fid",
    "inception_score": "distributions.inception_score",
    "kernel_distance": "distributions.kid",
    "prdc": "neighbours.prdc",
}
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
