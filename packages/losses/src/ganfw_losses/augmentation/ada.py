"""Adaptive discriminator augmentation: as much of it as keeps the discriminator from knowing the data by heart."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from ganfw.terms import Augmentation
from ganfw_losses.augmentation.pipe import BGC, augmented, factors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganfw.training.step import Draw
    from ganfw_losses.augmentation.pipe import Group


class ADA(Augmentation):
    """Transforms what the discriminator sees with a probability p, moved by r_t = E[sign D(x)] on augmented reals x.

    Every ``interval`` steps: p ← p + sign(r_t − target) · images since then / (1000 kimg), within 0 and ``most``. The
    authors' code has no upper bound; above 1 nothing changes any more but the time that it takes to come back.

    Transformations do not leak into what is generated as long as p stays below about 0.8.

    Args:
        target: The r_t at which p stays.
        interval: Steps over which r_t is taken.
        kimg: Thousands of images in which p goes from 0 to 1 at most.
        start: p at first.
        most: The largest p.
        groups: Factors on p by group: ``blit``, ``geom``, ``color``, ``noise``, ``cutout``; a group that is not named
            is left out. The default is the authors' ``bgc``.

    Raises:
        GanfwError: If there is no such group.

    References:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data, section 3, equation 1.
    """

    equal_on_all_processes: ClassVar[bool] = True
    p: Tensor
    signs: Tensor
    steps: Tensor

    def __init__(
        self, *, target: float = 0.6, interval: int = 4, kimg: float = 500.0, start: float = 0.0, most: float = 1.0,
        groups: Mapping[Group, float] = BGC,
    ) -> None:  # fmt: skip
        super().__init__()
        self.target, self.interval, self.kimg, self.most = target, interval, kimg, most
        self.groups = factors(groups)
        self.register_buffer("p", torch.full((), start))
        self.register_buffer("signs", torch.zeros(()))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self._images_a_step = 0

    def forward(self, x: Tensor, draw: Draw) -> Tensor:
        """Transform each picture; see `augmented`. Logs p as ``health/ada_p``."""
        self._images_a_step = len(x) * draw.parts
        draw.log("health/ada_p", self.p.clone())  # what is logged is read later, and p moves
        return augmented(x, draw, self.p, self.groups)

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Take in the step's ``health/real_sign``, and move p when the interval is over."""
        with suppress(KeyError):
            self.signs += mean("health/real_sign")
            self.steps += 1
        over = self.steps >= self.interval
        size = self.interval * self._images_a_step / (1000 * self.kimg)
        moved = self.p + size * torch.sign(self.signs / self.interval - self.target)
        self.p.copy_(torch.where(over, moved.clamp(0, self.most), self.p))
        self.signs.masked_fill_(over, 0)
        self.steps.masked_fill_(over, 0)
