"""ganfw: build, train, judge and ship generative adversarial networks out of parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.lazy import lazy

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
    from ganfw.export.exporter import (
        Exported as Exported,
    )
    from ganfw.export.exporter import (
        Exporter as Exporter,
    )
    from ganfw.extractors import (
        Extractor as Extractor,
    )
    from ganfw.extractors import (
        Features as Features,
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
        StyleGenerator as StyleGenerator,
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
        Spec as Spec,
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
    from ganfw.training.rehearsal import changes_between_steps as changes_between_steps
    from ganfw.training.step import Batch as Batch
    from ganfw.training.step import Step as Step
    from ganfw.training.trainer import Trainer as Trainer

__version__ = "0.1.0"

# Where each public name lives. Importing ganfw imports none of it: torch loads with the first name that needs it.
_HOMES = {
    "AdamConfig": "config.trainer",
    "ArrayData": "data.arrays",
    "AudioSpec": "specs",
    "Augmentation": "terms",
    "Batch": "training.step",
    "Command": "plugins.records",
    "Condition": "specs",
    "Config": "config.base",
    "Constraint": "terms",
    "DataConfig": "config.data",
    "Dataset": "data.dataset",
    "Discriminator": "networks",
    "EMAConfig": "config.trainer",
    "Encoder": "networks",
    "Evaluation": "evaluation",
    "Exported": "export.exporter",
    "Exporter": "export.exporter",
    "Extractor": "extractors",
    "Features": "extractors",
    "GAN": "gan",
    "GanfwError": "errors",
    "Generator": "networks",
    "ImageSpec": "specs",
    "Loss": "terms",
    "Metric": "evaluation",
    "OptimizerConfig": "config.trainer",
    "Part": "plugins.records",
    "Phase": "gan",
    "Play": "game",
    "RMSPropConfig": "config.trainer",
    "Recipe": "config.recipe",
    "RecipeFile": "plugins.records",
    "Regularizer": "terms",
    "ReplayBuffer": "replay",
    "SGDConfig": "config.trainer",
    "Schedule": "config.base",
    "Scheduled": "config.base",
    "Score": "evaluation",
    "SequenceSpec": "specs",
    "Slot": "config.slots",
    "Spec": "specs",
    "Step": "training.step",
    "StyleGenerator": "networks",
    "TrackerConfig": "config.tracking",
    "Trainer": "training.trainer",
    "TrainerConfig": "config.trainer",
    "TwoPlayerGAN": "game",
    "VectorSpec": "specs",
    "Verdict": "networks",
    "VideoSpec": "specs",
    "VolumeSpec": "specs",
    "changes_between_steps": "training.rehearsal",
    "compose": "composition",
    "hookimpl": "plugins.hookspecs",
    "load": "model",
    "open_data": "composition",
    "value_at": "config.base",
}

__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)
__all__ += ["__version__"]
