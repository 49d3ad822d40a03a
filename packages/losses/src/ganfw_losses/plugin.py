"""What ganfw-losses brings: name, settings, summary and source of each part. Nothing is imported until one is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOSSES = (
    ("minimax", "Minimax", "saturating loss of the first GAN", "Goodfellow et al. 2014, eq. 1"),
    (
        "non-saturating", "NonSaturating", "binary cross-entropy (logistic, softplus), optional label smoothing",
        "Goodfellow et al. 2014, sec. 3",
    ),
    ("least-squares", "LeastSquares", "least squares to codes a, b, c", "Mao et al. 2017, eq. 2"),
    ("wasserstein", "Wasserstein", "difference of the critic's means", "Arjovsky et al. 2017, eq. 2"),
    ("hinge", "Hinge", "margin loss of SN-GAN, SAGAN, BigGAN", "Miyato et al. 2018, eq. 16-17"),
    ("rpgan", "RpGAN", "relativistic pairing of real and fake", "Huang et al. 2024, eq. 2"),
    (
        "relativistic-average", "RelativisticAverage", "each sample against the mean of the other side",
        "Jolicoeur-Martineau 2019, eq. 10-13",
    ),
    ("ebgan", "EBGAN", "energies with a margin", "Zhao et al. 2017, eq. 1-2"),
    ("began", "BEGAN", "energies in balance, by a controller", "Berthelot et al. 2017, sec. 3.4"),
    ("boundary-seeking", "BoundarySeeking", "the generator aims at the decision boundary", "Hjelm et al. 2018, eq. 13"),
    ("f-gan", "FGAN", "any f-divergence", "Nowozin et al. 2016, eq. 7"),
    ("weighted", "Weighted", "another loss, its two sides weighted", "Salimans et al. 2016, sec. 3.1"),
    ("top-k", "TopK", "another loss on the fakes that D likes best", "Sinha et al. 2020, alg. 1"),
)  # fmt: skip

_REGULARIZERS = (
    ("r1", "R1", "zero-centered gradient penalty on reals", "Mescheder et al. 2018, eq. 9"),
    ("r2", "R2", "zero-centered gradient penalty on fakes", "Mescheder et al. 2018, eq. 10"),
    ("gradient-penalty", "GradientPenalty", "unit gradient norm (WGAN-GP)", "Gulrajani et al. 2017, eq. 3"),
    ("dragan", "DRAGAN", "unit gradient norm around the reals", "Kodali et al. 2017"),
    ("drift", "Drift", "keeps the logits of reals near zero", "Karras et al. 2018, app. A.1"),
    ("lecam", "LeCam", "holds logits near the other side's running mean", "Tseng et al. 2021"),
    ("cr", "Consistency", "same verdict on a real picture and a changed one", "Zhang et al. 2020"),
    ("bcr", "BalancedConsistency", "the same on real and fake pictures", "Zhao et al. 2021, alg. 1"),
    ("zcr", "LatentConsistency", "same verdict on fakes of near latents", "Zhao et al. 2021, alg. 2"),
    ("path-length", "PathLength", "equal steps of latents, equal steps of pictures", "Karras et al. 2020, eq. 4"),
    ("orthogonal", "Orthogonal", "keeps the filters of a player apart", "Brock et al. 2019, eq. 2-3"),
    ("historical-averaging", "HistoricalAveraging", "holds a player near its past", "Salimans et al. 2016, sec. 3.3"),
    ("feature-matching", "FeatureMatching", "mean features of fakes as of reals", "Salimans et al. 2016, sec. 3.1"),
    ("pulling-away", "PullingAway", "spreads the features of the fakes (EBGAN-PT)", "Zhao et al. 2017, sec. 2.4"),
    ("weight-clip", "WeightClip", "clips the critic's weights", "Arjovsky et al. 2017, alg. 1"),
    ("spectral-norm", "SpectralNorm", "weights over their largest singular value", "Miyato et al. 2018, alg. 1"),
)

_CLASSIFIERS = (
    (
        "auxiliary-classifier", "AuxiliaryClassifier", "D names the class of samples, G of its fakes (ACGAN)",
        "Odena et al. 2017, eq. 2-3",
    ),
    ("supervised", "Supervised", "D learns classes from few labels", "Salimans et al. 2016, sec. 5"),
    ("mutual-information", "MutualInformation", "D finds what the latents held (InfoGAN)", "Chen et al. 2016, eq. 5-6"),
)  # fmt: skip

_AUGMENTATIONS = (
    ("diffaugment", "DiffAugment", "differentiable color, flip, translation, cutout", "Zhao et al. 2020, sec. 3.2"),
    ("ada", "ADA", "shifts, turns, recolors as often as overfitting asks for", "Karras et al. 2020, eq. 1, app. B"),
    ("pipe", "Pipe", "the transformations of ADA, as often as a schedule says", "Karras et al. 2020, app. B"),
    ("instance-noise", "InstanceNoise", "noise that fades", "Sønderby et al. 2017; Arjovsky and Bottou 2017"),
)


def _parts(module: str, rows: tuple[tuple[str, str, str, str], ...]) -> Iterator[Part]:
    for name, settings, summary, reference in rows:
        yield Part(name, f"ganfw_losses.configs.{module}:{settings}Config", summary, reference)


@hookimpl
def ganfw_register_loss() -> Iterator[Part]:
    """Adversarial losses."""
    return _parts("adversarial", _LOSSES)


@hookimpl
def ganfw_register_regularizer() -> Iterator[Part]:
    """Penalties and constraints."""
    yield from _parts("regularizers", _REGULARIZERS)
    yield from _parts("classifiers", _CLASSIFIERS)


@hookimpl
def ganfw_register_augmentation() -> Iterator[Part]:
    """Augmentations."""
    return _parts("augmentation", _AUGMENTATIONS)
