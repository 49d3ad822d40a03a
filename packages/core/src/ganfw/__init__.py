"""ganfw: build, train, judge and ship generative adversarial networks out of parts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what type checkers and editors see; at run time names load lazily, below
    from ganfw.composition import compose as compose
    from ganfw.composition import open_data as open_data
    from ganfw.config.base import Config as Config
    from ganfw.config.base import Schedule as Schedule
    from ganfw.config.base import Scheduled as Scheduled
    from ganfw.config.base import value_at as value_at
    from ganfw.config.data import DataConfig as DataConfig
    from ganfw.config.recipe import Recipe as Recipe
    from ganfw.config.slots import Slot as Slot
    from ganfw.config.tracking import TrackerConfig as TrackerConfig
    from ganfw.config.trainer import (
        AdamConfig as AdamConfig,
    )
    from ganfw.config.trainer import (
        EMAConfig as EMAConfig,
    )
    from ganfw.config.trainer import (
        OptimizerConfig as OptimizerConfig,
    )
    from ganfw.config.trainer import (
        RMSPropConfig as RMSPropConfig,
    )
    from ganfw.config.trainer import (
        SGDConfig as SGDConfig,
    )
    from ganfw.config.trainer import (
        TrainerConfig as TrainerConfig,
    )
    from ganfw.data.arrays import ArrayData as ArrayData
    from ganfw.data.dataset import Dataset as Dataset
    from ganfw.errors import GanfwError as GanfwError
    from ganfw.evaluation import (
        Evaluation as Evaluation,
    )
    from ganfw.evaluation import (
        Metric as Metric,
    )
    from ganfw.evaluation import (
        Score as Score,
    )
    from ganfw.exporting import (
        Exported as Exported,
    )
    from ganfw.exporting import (
        Exporter as Exporter,
    )
    from ganfw.game import Play as Play
    from ganfw.game import TwoPlayerGAN as TwoPlayerGAN
    from ganfw.gan import GAN as GAN
    from ganfw.gan import Phase as Phase
    from ganfw.model import load as load
    from ganfw.networks import (
        Discriminator as Discriminator,
    )
    from ganfw.networks import (
        Encoder as Encoder,
    )
    from ganfw.networks import (
        Generator as Generator,
    )
    from ganfw.networks import (
        Verdict as Verdict,
    )
    from ganfw.plugins.hookspecs import hookimpl as hookimpl
    from ganfw.plugins.records import Command as Command
    from ganfw.plugins.records import Part as Part
    from ganfw.plugins.records import RecipeFile as RecipeFile
    from ganfw.replay import ReplayBuffer as ReplayBuffer
    from ganfw.specs import (
        AudioSpec as AudioSpec,
    )
    from ganfw.specs import (
        Condition as Condition,
    )
    from ganfw.specs import (
        ImageSpec as ImageSpec,
    )
    from ganfw.specs import (
        SequenceSpec as SequenceSpec,
    )
    from ganfw.specs import (
        VectorSpec as VectorSpec,
    )
    from ganfw.specs import (
        VideoSpec as VideoSpec,
    )
    from ganfw.specs import (
        VolumeSpec as VolumeSpec,
    )
    from ganfw.terms import (
        Augmentation as Augmentation,
    )
    from ganfw.terms import (
        Constraint as Constraint,
    )
    from ganfw.terms import (
        Loss as Loss,
    )
    from ganfw.terms import (
        Regularizer as Regularizer,
    )
    from ganfw.training.step import Batch as Batch
    from ganfw.training.step import Step as Step
    from ganfw.training.trainer import Trainer as Trainer

__version__ = "0.1.0"

# Where each public name lives. Importing ganfw imports none of it: torch loads with the first name that needs it.
_HOMES = {
    "AdamConfig": "ganfw.config.trainer",
    "ArrayData": "ganfw.data.arrays",
    "AudioSpec": "ganfw.specs",
    "Augmentation": "ganfw.terms",
    "Batch": "ganfw.training.step",
    "Command": "ganfw.plugins.records",
    "Condition": "ganfw.specs",
    "Config": "ganfw.config.base",
    "Constraint": "ganfw.terms",
    "DataConfig": "ganfw.config.data",
    "Dataset": "ganfw.data.dataset",
    "Discriminator": "ganfw.networks",
    "EMAConfig": "ganfw.config.trainer",
    "Encoder": "ganfw.networks",
    "Evaluation": "ganfw.evaluation",
    "Exported": "ganfw.exporting",
    "Exporter": "ganfw.exporting",
    "GAN": "ganfw.gan",
    "GanfwError": "ganfw.errors",
    "Generator": "ganfw.networks",
    "ImageSpec": "ganfw.specs",
    "Loss": "ganfw.terms",
    "Metric": "ganfw.evaluation",
    "OptimizerConfig": "ganfw.config.trainer",
    "Part": "ganfw.plugins.records",
    "Phase": "ganfw.gan",
    "Play": "ganfw.game",
    "RMSPropConfig": "ganfw.config.trainer",
    "Recipe": "ganfw.config.recipe",
    "RecipeFile": "ganfw.plugins.records",
    "Regularizer": "ganfw.terms",
    "ReplayBuffer": "ganfw.replay",
    "SGDConfig": "ganfw.config.trainer",
    "Schedule": "ganfw.config.base",
    "Scheduled": "ganfw.config.base",
    "Score": "ganfw.evaluation",
    "SequenceSpec": "ganfw.specs",
    "Slot": "ganfw.config.slots",
    "Step": "ganfw.training.step",
    "TrackerConfig": "ganfw.config.tracking",
    "Trainer": "ganfw.training.trainer",
    "TrainerConfig": "ganfw.config.trainer",
    "TwoPlayerGAN": "ganfw.game",
    "VectorSpec": "ganfw.specs",
    "Verdict": "ganfw.networks",
    "VideoSpec": "ganfw.specs",
    "VolumeSpec": "ganfw.specs",
    "compose": "ganfw.composition",
    "hookimpl": "ganfw.plugins.hookspecs",
    "load": "ganfw.model",
    "open_data": "ganfw.composition",
    "value_at": "ganfw.config.base",
}

__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganfw' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
