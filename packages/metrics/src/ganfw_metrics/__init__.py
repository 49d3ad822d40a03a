"""ganfw-metrics: how good the samples of a model are, and the networks by whose features they are compared."""

from __future__ import annotations

from ganfw.lazy import lazy
from ganfw_metrics.plugin import (  # noqa: F401  (the hooks are found in this module)
    ganfw_register_extractor,
    ganfw_register_metric,
)

# Where each public name lives: torch loads with the first of them, not with this module.
_HOMES = {
    "EfficientNetLite0": "extractors.efficientnet",
    "FID": "distributions.fid",
    "Identity": "extractors.identity",
    "KID": "distributions.kid",
    "MNISTClassifier": "extractors.mnist_classifier",
    "PRDC": "neighbours.prdc",
    "RandomConvolutions": "extractors.random",
    "frechet_distance": "distributions.fid",
    "kernel_distance": "distributions.kid",
    "prdc": "neighbours.prdc",
}
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
