"""What ganfw-metrics brings. Nothing is imported until a part is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOME = "ganfw_metrics.configs"


@hookimpl
def ganfw_register_extractor() -> Iterator[Part]:
    """Networks by whose features metrics compare samples."""
    yield Part(
        "efficientnet-lite0", f"{_HOME}:EfficientNetLite0Config", "ImageNet features whose weights come in a package",
        "Tan and Le 2019, EfficientNet",
    )  # fmt: skip
    yield Part("mnist-classifier", f"{_HOME}:MNISTClassifierConfig", "a classifier of digits that ships")
    yield Part("identity", f"{_HOME}:IdentityConfig", "the sample itself: points, or pixels")
    yield Part("random", f"{_HOME}:RandomConfig", "random convolutions: no weights to fetch, comparable with nothing")


@hookimpl
def ganfw_register_metric() -> Iterator[Part]:
    """Metrics."""
    yield Part("fid", f"{_HOME}:FIDConfig", "Fréchet distance between features", "Heusel et al. 2017, eq. 6")
    yield Part("kid", f"{_HOME}:KIDConfig", "kernel distance between features, unbiased", "Bińkowski et al. 2018")
    yield Part(
        "prdc", f"{_HOME}:PRDCConfig", "precision, recall, density and coverage",
        "Kynkäänniemi et al. 2019; Naeem et al. 2020",
    )  # fmt: skip
