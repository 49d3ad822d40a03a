"""What the measures see: networks before and after training, and data of both kinds."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from ganfw import Evaluation
from ganfw.model import Model
from ganfw.training.modes import seed_globally
from ganfw.training.step import key

if TYPE_CHECKING:
    from ganfw import GAN, Dataset, Recipe, Trainer


class Subject:
    """A recipe's networks after training, and the same before it.

    Args:
        trainer: The trainer that is done.
        recipe: What it was made of.
        extractor: By whose features pictures are compared.
        seed: Of latents, and of all choices.
        count: Samples of each side in a comparison.

    Attributes:
        gan: All networks in evaluation mode, with averaged weights where the trainer keeps an average.
        untrained: The same networks as training began.
    """

    def __init__(self, trainer: Trainer, recipe: Recipe, *, extractor: str, seed: int = 0, count: int = 500) -> None:
        self.trainer, self.recipe, self.extractor = trainer, recipe, extractor
        self.seed, self.count = seed, count

    @cached_property
    def gan(self) -> GAN:
        """The trained networks."""
        gan = self._build()
        gan.load_state_dict(self.trainer.gan.state_dict())
        if self.trainer.ema is not None:
            for name, shadow in self.trainer.ema.shadows.items():
                getattr(gan, name).load_state_dict(shadow.state_dict())
        return gan

    @cached_property
    def untrained(self) -> GAN:
        """The networks as training began, unless they started from other weights."""
        return self._build()

    @property
    def data(self) -> Dataset:
        """What was learned from, without random changes."""
        return self.trainer.data.plain()

    @cached_property
    def held_out(self) -> Dataset:
        """What was never learned from; where there is none, what was."""
        found = self.recipe.open_held_out()
        return self.data if found is None else found

    @cached_property
    def evaluation(self) -> Evaluation:
        """The trained networks against held-out samples."""
        return self.against(self.held_out)

    def against(self, data: Dataset, *, untrained: bool = False, count: int | None = None) -> Evaluation:
        """An evaluation against other data, or of the networks before training."""
        spec = self.trainer.data.spec
        model = Model(self.untrained if untrained else self.gan, spec, self.trainer.images)
        return Evaluation(model, data, count=count or self.count, seed=self.seed)

    def before(self) -> Subject:
        """The same, as training began."""
        same = Subject(self.trainer, self.recipe, extractor=self.extractor, seed=self.seed, count=self.count)
        same.gan = self.untrained
        return same

    def labelled(self, *, held_out: bool = False, **changes: Any) -> Dataset:
        """The same pictures with their classes, of data whose source has them."""
        config = self.recipe.data.held_out() if held_out else self.recipe.data
        return config.model_copy(update={"labels": True, **changes}).build(replace(self.recipe.image.spec())).plain()

    def _build(self) -> GAN:
        # As ganfw train does, so that these are the weights that it began with.
        seed_globally(key(self.recipe.seed, "weights"), torch.device("cpu"))
        return self.recipe.build(self.trainer.data.spec).eval().requires_grad_(False)
