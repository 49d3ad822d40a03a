"""A registry of toy parts, so that these tests need no other package."""

from __future__ import annotations

from types import ModuleType
from typing import Annotated, Literal

import pytest
from pydantic import Field

from ganfw.config.base import Config
from ganfw.config.data import DataConfig
from ganfw.config.slots import Slot
from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part, RecipeFile
from ganfw.plugins.registry import load_registry, using


class Dense(Config):
    """Layers of one width."""

    width: int = Field(default=8, ge=1)
    """Units in a layer."""
    norm: Literal["none", "batch"] = "none"
    """Normalisation."""

    def build(self, spec):
        import math

        from torch import nn

        from ganfw.networks import Generator

        class Net(Generator):
            latent_dim = 4

            def __init__(self, width, shape):
                super().__init__()
                self.width, self.shape = width, shape
                self.layer = nn.Linear(4, math.prod(shape))

            def forward(self, z, condition=None):
                return self.layer(z).unflatten(1, self.shape)

        return Net(self.width, spec.shape)


class Mapping(Config):
    """From z to w."""

    depth: int = 2
    """Layers."""

    def build(self, spec):
        raise NotImplementedError


class Styled(Config):
    """A generator with a part inside it."""

    mapping: Annotated[Config, Slot("encoder")]
    """Its own part."""

    def build(self, spec):
        raise NotImplementedError


class Judge(Config):
    """One layer."""

    slope: float = 0.2
    """Of the leaky ReLU."""

    def build(self, spec):
        import math

        from torch import nn

        from ganfw.networks import Discriminator, Verdict

        class Net(Discriminator):
            def __init__(self, size):
                super().__init__()
                self.layer = nn.Linear(size, 1)

            def forward(self, x, condition=None, *, features=False):
                return Verdict([self.layer(x.flatten(1))])

        return Net(math.prod(spec.shape))


class Critic(Config):
    """A loss with a setting."""

    margin: float = 1.0
    """Of the hinge."""

    def build(self, spec):
        from ganfw.terms import Loss

        class Difference(Loss):
            def discriminator(self, real, fake):
                return fake.mean() - real.mean()

            def generator(self, fake, real=None):
                return -fake.mean()

        return Difference()


class Plain(Config):
    """A loss without settings."""

    def build(self, spec):
        return Critic().build(spec)


class Weight(Config):
    """A penalty."""

    weight: float = Field(default=1.0, ge=0)
    """Its weight."""

    def build(self, spec):
        from ganfw.terms import Regularizer

        class Penalty(Regularizer):
            def forward(self, play):
                return play.real.sum() * 0

        return Penalty()


class OtherWeight(Weight):
    """Another penalty."""


class Shapes(DataConfig):
    """Made up."""

    count: int = 10
    """How many."""

    def build(self, spec):
        return ("shapes", self.count, spec)


class Files(DataConfig):
    """From a folder."""

    path: str
    """The folder."""
    crop: bool = True
    """To a square."""

    def build(self, spec):
        return ("files", self.path, spec)


RECIPE = """\
gan: two-player
image: {size: 16}
data: {type: shapes, count: 20}
generator: {type: dense, width: 32}
discriminator: judge
loss:
  type: hinge
  margin: 0.5
regularizers:
  r1: {weight: 10}
trainer:
  steps: 100
  batch_size: 8
"""


def toy_plugin(folder):
    parts = {
        "generator": [
            Part("dense", Dense, "dense layers", "A paper, section 3"),
            Part("styled", Styled, "with a part"),
        ],
        "encoder": [Part("mapping", Mapping, "z to w")],
        "discriminator": [Part("judge", Judge, "one layer")],
        "loss": [Part("hinge", Critic, "with a margin"), Part("plain", Plain, "without")],
        "regularizer": [Part("r1", Weight, "one"), Part("r2", OtherWeight, "two")],
        "data": [Part("shapes", Shapes, "made up"), Part("files", Files, "a folder")],
        "recipe": [RecipeFile("toy", folder / "toy.yaml", "a toy")],
    }
    module = ModuleType("toy_parts")
    for kind, records in parts.items():
        setattr(module, f"ganfw_register_{kind}", hookimpl(_yielding(records)))
    return module


def _yielding(records):
    return lambda: records


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setattr("ganfw.plugins.builtin.ganfw_register_data", hookimpl(_yielding(())))
    (tmp_path / "toy.yaml").write_text(RECIPE)
    monkeypatch.setattr("ganfw.plugins.registry.find_installed", list)
    loaded = load_registry([toy_plugin(tmp_path)])
    with using(loaded):
        yield loaded
