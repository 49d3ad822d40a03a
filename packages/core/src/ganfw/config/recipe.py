"""What a recipe holds. The part of kind ``gan`` that it names says which class reads it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator

from ganfw.config.base import Config
from ganfw.config.data import DataConfig  # noqa: TC001  pydantic reads the annotation
from ganfw.config.slots import PartConfig, Slot, types_from_names
from ganfw.config.trainer import AdamConfig, OptimizerConfig, TrainerConfig
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from ganfw.data.dataset import Dataset
    from ganfw.gan import GAN
    from ganfw.specs import Spec


class ImageConfig(Config):
    """The pictures that the networks make and see."""

    size: int = Field(default=64, ge=4, le=16_384)
    """Height and width in pixels."""
    channels: Literal[1, 3, 4] = 3
    """1 is luminance, 3 is RGB, 4 is RGB with alpha."""

    def spec(self) -> ImageSpec:
        """The spec that these settings ask the data for."""
        return ImageSpec(self.size, self.channels)


class Recipe(Config):
    """Everything that a run needs. A game subclasses it, adds its parts, and makes its GAN of them."""

    requires: tuple[str, ...] = ()
    """The distributions that it was made with, as pip writes them: `ganfw-losses>=0.1`."""
    gan: str = "two-player"
    """The game: which networks there are and how they learn."""
    image: ImageConfig = ImageConfig()
    """The pictures that the networks make and see."""
    data: Annotated[DataConfig, Slot("data", infer={"path": "files", "name": "hub"})] | None = None
    """What to learn from."""
    held_out: Annotated[DataConfig, Slot("data", infer={"path": "files", "name": "hub"})] | None = None
    """Data of the same kind that is never learned from; by default another split of `data`, where there is one."""
    optimizers: dict[str, Annotated[OptimizerConfig, Slot("optimizer", default="adam")]] = Field(default={})
    """By network; one that is not named here learns with Adam at 2e-4."""
    trainer: TrainerConfig = TrainerConfig()
    """How long, how large, how often."""
    seed: int = Field(default=0, ge=0)
    """Of everything random."""
    freeze: tuple[str, ...] = ()
    """Networks that do not learn."""
    start_from: str | None = None
    """A run or model folder whose weights the networks start from."""

    @field_validator("requires")
    @classmethod
    def _are_requirements(cls, requires: tuple[str, ...]) -> tuple[str, ...]:
        from ganfw.plugins.compatibility import unmet

        for text in requires:
            unmet(text)
        return requires

    def optimizer(self, name: str) -> OptimizerConfig:
        """The optimizer of that name, or the default."""
        return self.optimizers.get(name, AdamConfig())

    def open_data(self) -> Dataset:
        """Open the data at the size and channels of `image`.

        Raises:
            GanfwError: If the recipe names no data.
        """
        if self.data is None:
            raise GanfwError("the recipe names no data; give data.path=FOLDER, or data=NAME of an installed data part")
        return self.data.build(self.image.spec())

    def open_held_out(self) -> Dataset | None:
        """Open the held-out data without random changes; ``None`` where there are none."""
        held_out = self.held_out or (self.data.held_out() if self.data is not None else None)
        return None if held_out is None else held_out.build(self.image.spec()).plain()

    @abstractmethod
    def build(self, spec: Spec) -> GAN:
        """Make the GAN.

        Args:
            spec: What the data are.
        """


Player = Literal["generator", "discriminator"]


class TwoPlayerRecipe(Recipe):
    """A generator against a discriminator."""

    # A dictionary's key type may not be narrowed, for it could be written to; a config is frozen.
    optimizers: dict[Player, Annotated[OptimizerConfig, Slot("optimizer", default="adam")]] = Field(default={})  # type: ignore[assignment]
    """By network; one that is not named here learns with Adam at 2e-4."""
    freeze: tuple[Player, ...] = ()
    """Networks that do not learn."""
    generator: Annotated[PartConfig, Slot("generator")]
    """Makes samples."""
    discriminator: Annotated[PartConfig, Slot("discriminator")]
    """Judges samples."""
    loss: Annotated[PartConfig, Slot("loss")]
    """What the two play for."""
    regularizers: dict[str, Annotated[PartConfig, Slot("regularizer", keyed=True)]] = Field(default={})
    """Penalties by name; the name is the type unless a type is given, and null switches one off."""
    augmentation: Annotated[PartConfig, Slot("augmentation")] | None = None
    """Applied to real and fake samples before the discriminator sees them."""
    generator_every: int = Field(default=1, ge=1)
    """Discriminator steps per generator step."""

    @field_validator("regularizers", mode="before")
    @classmethod
    def _types_from_names(cls, regularizers: Any) -> Any:
        return types_from_names(regularizers)

    def parts(self, spec: Spec) -> dict[str, Any]:
        """What `TwoPlayerGAN` is made of, by keyword; a recipe of a game that subclasses it needs no more."""
        return {
            "generator": self.generator.build(spec),
            "discriminator": self.discriminator.build(spec),
            "loss": self.loss.build(spec),
            "regularizers": {name: config.build(spec) for name, config in self.regularizers.items()},
            "augmentation": self.augmentation.build(spec) if self.augmentation is not None else None,
            "condition": spec.condition,
            "generator_every": self.generator_every,
        }

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`."""
        from ganfw.game import TwoPlayerGAN

        return TwoPlayerGAN(**self.parts(spec))
