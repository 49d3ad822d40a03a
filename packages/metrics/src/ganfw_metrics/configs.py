"""The settings of each metric. Torch loads only inside ``build``."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ganfw.config.base import Config
from ganfw.config.slots import PartConfig, Slot
from ganfw.errors import GanfwError
from ganfw.specs import VectorSpec
from ganfw_metrics.extractors.configs import EfficientNetLite0Config, MNISTClassifierConfig

if TYPE_CHECKING:
    from ganfw.evaluation import Metric
    from ganfw.specs import Spec


class FeaturesConfig(Config):
    """What metrics of features share."""

    extractor: Annotated[PartConfig, Slot("extractor")] = EfficientNetLite0Config()
    """By whose features samples are compared."""


class FIDConfig(FeaturesConfig):
    """The Fréchet distance between features."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.distributions.fid import FID

        return FID(self.extractor.build(spec))


class KIDConfig(FeaturesConfig):
    """The kernel distance between features."""

    subsets: int = Field(default=100, ge=1)
    """Random subsets to average over."""
    subset_size: int = Field(default=1000, ge=3)
    """Samples of each side in a subset; all when there are fewer."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.distributions.kid import KID

        return KID(self.extractor.build(spec), subsets=self.subsets, subset_size=self.subset_size)


class InceptionScoreConfig(FeaturesConfig):
    """How clear the class of each sample is, and how many classes they have together."""

    splits: int = Field(default=10, ge=1)
    """Parts of the samples to average over."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.distributions.inception_score import InceptionScore

        return InceptionScore(self.extractor.build(spec), splits=self.splits)


class PRDCConfig(FeaturesConfig):
    """Precision, recall, density and coverage."""

    k: int = Field(default=5, ge=1)
    """Neighbours that each sample's ball reaches to."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.neighbours.prdc import PRDC

        return PRDC(self.extractor.build(spec), k=self.k)


class MemorisationConfig(FeaturesConfig):
    """Distances to the nearest real sample."""

    near: float = Field(default=0.01, gt=0, lt=1)
    """The share of real samples that are called near to another."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.neighbours.memorisation import Memorisation

        return Memorisation(self.extractor.build(spec), near=self.near)


class FeatureDiversityConfig(FeaturesConfig):
    """How unlike two samples are in an extractor's eyes."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.diversity.features import FeatureDiversity

        return FeatureDiversity(self.extractor.build(spec))


class MSSSIMConfig(Config):
    """How much two pictures look alike by their structure."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric.

        Raises:
            GanfwError: If the samples are no pictures, or torchmetrics is not installed.
        """
        from ganfw_metrics.diversity.ms_ssim import MSSSIM
        from ganfw_metrics.pictures import need_pictures

        return MSSSIM(need_pictures(spec, "ms-ssim").size)


class PPLConfig(FeaturesConfig):
    """How much a sample changes with a small step of its latent."""

    path: Literal["slerp", "lerp"] = "slerp"
    """Along the sphere that normal latents lie near, or straight."""
    epsilon: float = Field(default=1e-4, gt=0, le=0.1)
    """The step, as a part of the path."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.diversity.ppl import PPL

        return PPL(self.extractor.build(spec), path=self.path, epsilon=self.epsilon)


class ClassAccuracyConfig(FeaturesConfig):
    """Whether samples show the class that they were made for."""

    extractor: Annotated[PartConfig, Slot("extractor")] = MNISTClassifierConfig()
    """The classifier, with the data's classes in the data's order."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.classes.accuracy import ClassAccuracy

        return ClassAccuracy(self.extractor.build(spec))


class IntraFIDConfig(FeaturesConfig):
    """FID within each class."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric."""
        from ganfw_metrics.classes.intra_fid import IntraFID

        return IntraFID(self.extractor.build(spec))


class ClassModesConfig(FeaturesConfig):
    """How many of a classifier's classes appear."""

    extractor: Annotated[PartConfig, Slot("extractor")] = MNISTClassifierConfig()
    """The classifier."""
    stacked: bool = False
    """Every channel shows a class of its own, as in Stacked MNIST with its 1,000 modes."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric.

        Raises:
            GanfwError: If the samples are no pictures.
        """
        from ganfw_metrics.modes.classes import ClassModes
        from ganfw_metrics.pictures import need_pictures

        pictures = need_pictures(spec, "class-modes")
        seen = replace(pictures, channels=1) if self.stacked else pictures
        return ClassModes(self.extractor.build(seen), stacked=self.stacked)


class PointModesConfig(Config):
    """How many modes of a ring, a grid, or a given mixture of Gaussians are found."""

    ring: int = Field(default=0, ge=0)
    """Modes on a circle, the first to the right."""
    grid: int = Field(default=0, ge=0)
    """Modes along each side of a square around the origin."""
    centres: tuple[tuple[float, ...], ...] = ()
    """The modes one by one."""
    scale: float = Field(default=1.0, gt=0)
    """The circle's radius, or the distance between neighbours of the grid."""
    deviation: float = Field(gt=0)
    """Standard deviation of each mode, alike in all directions."""
    within: float = Field(default=3.0, gt=0)
    """How many of them a good point may be away from its mode."""

    @model_validator(mode="after")
    def _one_layout(self) -> PointModesConfig:
        if sum(map(bool, (self.ring, self.grid, self.centres))) != 1:
            raise ValueError("give one of ring, grid and centres")
        if len({len(centre) for centre in self.centres}) > 1:
            raise ValueError("the centres have different numbers of coordinates")
        return self

    def points(self) -> tuple[tuple[float, ...], ...]:
        """The centres, whichever way they were given."""
        if self.ring:
            angles = [2 * math.pi * mode / self.ring for mode in range(self.ring)]
            return tuple((self.scale * math.cos(angle), self.scale * math.sin(angle)) for angle in angles)
        side = [self.scale * (place - (self.grid - 1) / 2) for place in range(self.grid)]
        return self.centres or tuple((x, y) for x in side for y in side)

    def build(self, spec: Spec) -> Metric:
        """Make the metric.

        Raises:
            GanfwError: If the samples are no points, or have another number of coordinates.
        """
        import torch

        from ganfw_metrics.modes.points import PointModes

        centres = torch.tensor(self.points(), dtype=torch.float64)
        if not isinstance(spec, VectorSpec) or spec.length != centres.shape[1]:
            raise GanfwError(
                f"point-modes has centres with {centres.shape[1]} coordinates, but the samples are "
                f"{type(spec).__name__}s of {' x '.join(map(str, spec.shape))}"
            )
        return PointModes(centres, deviation=self.deviation, within=self.within)
