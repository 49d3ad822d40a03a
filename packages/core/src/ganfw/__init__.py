"""ganfw: build, train, judge and ship generative adversarial networks out of parts."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Where each public name lives. Importing ganfw imports none of it: torch loads with the first name that needs it.
_HOMES = {
    "AdamConfig": "ganfw.config.trainer",
    "ArrayData": "ganfw.data.arrays",
    "AudioSpec": "ganfw.specs",
    "Augmentation": "ganfw.terms",
    "Batch": "ganfw.training.step",
    "Condition": "ganfw.specs",
    "Config": "ganfw.config.base",
    "Constraint": "ganfw.terms",
    "DataConfig": "ganfw.config.data",
    "Dataset": "ganfw.data.dataset",
    "Discriminator": "ganfw.networks",
    "EMAConfig": "ganfw.config.trainer",
    "Encoder": "ganfw.networks",
    "GAN": "ganfw.gan",
    "GanfwError": "ganfw.errors",
    "Generator": "ganfw.networks",
    "ImageSpec": "ganfw.specs",
    "Loss": "ganfw.terms",
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
    "SequenceSpec": "ganfw.specs",
    "Slot": "ganfw.config.slots",
    "Step": "ganfw.training.step",
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
