"""What ganfw-losses brings. Nothing is imported until a part is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOME = "ganfw_losses.configs"


@hookimpl
def ganfw_register_loss() -> Iterator[Part]:
    """Adversarial losses."""
    yield Part(
        "minimax",
        f"{_HOME}.adversarial:MinimaxConfig",
        "saturating loss of the first GAN",
        "Goodfellow et al. 2014, eq. 1",
    )
    yield Part(
        "non-saturating", f"{_HOME}.adversarial:NonSaturatingConfig",
        "binary cross-entropy (logistic, softplus), optional label smoothing", "Goodfellow et al. 2014, sec. 3",
    )  # fmt: skip
    yield Part(
        "least-squares",
        f"{_HOME}.adversarial:LeastSquaresConfig",
        "least squares to codes a, b, c",
        "Mao et al. 2017, eq. 2",
    )
    yield Part(
        "wasserstein",
        f"{_HOME}.adversarial:WassersteinConfig",
        "difference of the critic's means",
        "Arjovsky et al. 2017, eq. 2",
    )
    yield Part(
        "hinge",
        f"{_HOME}.adversarial:HingeConfig",
        "margin loss of SN-GAN, SAGAN, BigGAN",
        "Miyato et al. 2018, eq. 16-17",
    )
    yield Part(
        "rpgan", f"{_HOME}.adversarial:RpGANConfig", "relativistic pairing of real and fake", "Huang et al. 2024, eq. 2"
    )


@hookimpl
def ganfw_register_regularizer() -> Iterator[Part]:
    """Penalties and constraints."""
    yield Part(
        "r1",
        f"{_HOME}.regularizers:R1Config",
        "zero-centered gradient penalty on reals",
        "Mescheder et al. 2018, eq. 9",
    )
    yield Part(
        "r2",
        f"{_HOME}.regularizers:R2Config",
        "zero-centered gradient penalty on fakes",
        "Mescheder et al. 2018, eq. 10",
    )
    yield Part(
        "gradient-penalty",
        f"{_HOME}.regularizers:GradientPenaltyConfig",
        "unit gradient norm (WGAN-GP)",
        "Gulrajani et al. 2017, eq. 3",
    )
    yield Part(
        "weight-clip",
        f"{_HOME}.regularizers:WeightClipConfig",
        "clips the critic's weights",
        "Arjovsky et al. 2017, alg. 1",
    )


@hookimpl
def ganfw_register_augmentation() -> Iterator[Part]:
    """Augmentations."""
    yield Part(
        "diffaugment", f"{_HOME}.augmentation:DiffAugmentConfig", "differentiable color, flip, translation, cutout",
        "Zhao et al. 2020, sec. 3.2",
    )  # fmt: skip
