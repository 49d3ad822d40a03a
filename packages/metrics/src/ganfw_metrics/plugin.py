"""What ganfw-metrics brings. Nothing is imported until a part is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXTRACTORS = "ganfw_metrics.extractors.configs"
_METRICS = "ganfw_metrics.configs"


@hookimpl
def ganfw_register_extractor() -> Iterator[Part]:
    """Networks by whose features metrics compare samples."""
    yield Part(
        "efficientnet-lite0", f"{_EXTRACTORS}:EfficientNetLite0Config",
        "ImageNet features whose weights come in a package", "Tan and Le 2019, EfficientNet",
    )  # fmt: skip
    yield Part(
        "inception", f"{_EXTRACTORS}:InceptionConfig", "ImageNet features of published figures; downloaded, or by path",
        "Szegedy et al. 2016; Heusel et al. 2017, appendix A1",
    )  # fmt: skip
    yield Part(
        "dinov2", f"{_EXTRACTORS}:DINOv2Config", "features learned without labels, from the Hugging Face hub",
        "Oquab et al. 2023; Stein et al. 2023",
    )  # fmt: skip
    yield Part(
        "clip", f"{_EXTRACTORS}:CLIPConfig", "features learned from captions, from the Hugging Face hub",
        "Radford et al. 2021",
    )  # fmt: skip
    yield Part("mnist-classifier", f"{_EXTRACTORS}:MNISTClassifierConfig", "a classifier of digits that ships")
    yield Part("identity", f"{_EXTRACTORS}:IdentityConfig", "the sample itself: points, or pixels")
    yield Part("random", f"{_EXTRACTORS}:RandomConfig", "random convolutions: no weights, comparable with nothing")


@hookimpl
def ganfw_register_metric() -> Iterator[Part]:
    """Metrics."""
    for name, config, summary, reference in (
        ("fid", "FIDConfig", "Fréchet distance between features", "Heusel et al. 2017, eq. 6"),
        ("kid", "KIDConfig", "kernel distance between features, unbiased", "Bińkowski et al. 2018, section 4"),
        ("inception-score", "InceptionScoreConfig", "clear and varied classes", "Salimans et al. 2016, section 4"),
        (
            "prdc", "PRDCConfig", "precision, recall, density, coverage",
            "Kynkäänniemi et al. 2019, eq. 2; Naeem et al. 2020, eq. 4-5",
        ),
        ("memorisation", "MemorisationConfig", "copies of the data, and duplicates", "Meehan et al. 2020, section 3"),
        ("feature-diversity", "FeatureDiversityConfig", "how unlike two samples are", ""),
        ("ms-ssim", "MSSSIMConfig", "how alike two pictures look", "Odena et al. 2017, section 4.2"),
        ("ppl", "PPLConfig", "perceptual path length", "Karras et al. 2019, eq. 2"),
        ("class-accuracy", "ClassAccuracyConfig", "samples show their class", "Shmelkov et al. 2018, section 3"),
        ("intra-fid", "IntraFIDConfig", "FID within each class", "Miyato and Koyama 2018, section 4"),
        ("class-modes", "ClassModesConfig", "classes found, as in Stacked MNIST", "Lin et al. 2018, section 4.2"),
        ("point-modes", "PointModesConfig", "modes found of rings and grids", "Srivastava et al. 2017, section 4.1"),
    ):  # fmt: skip
        yield Part(name, f"{_METRICS}:{config}", summary, reference)
