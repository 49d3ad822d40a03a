"""The transformations of ADA, each with a probability of its own, and the part that takes it from a schedule."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, Literal, get_args

import torch
from torch import Tensor

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Augmentation
from ganfw_losses.augmentation.geometry import blit, geom, transform
from ganfw_losses.augmentation.operations import cutout, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganfw.training.step import Draw

Group = Literal["blit", "geom", "color", "noise", "cutout"]
BGC: Mapping[Group, float] = {"blit": 1.0, "geom": 1.0, "color": 1.0}


def factors(groups: Mapping[Group, float]) -> dict[Group, float]:
    """A copy of the factors by group.

    Raises:
        GanfwError: If there is no such group.
    """
    refuse_unknown("groups of transformations", groups, get_args(Group))
    return dict(groups)


def augmented(x: Tensor, draw: Draw, p: Tensor, groups: Mapping[Group, float]) -> Tensor:
    """Transform each picture, each way with probability p times the factor of its group.

    Geometry comes first, then color, noise and cutout. With p = 0 the pictures stay as they are.

    Args:
        x: Pictures, 1 or 3 channels for color.
        draw: Source of randomness.
        p: A scalar on the pictures' device; above 1 it counts as 1.
        groups: Factors by group.

    Shape:
        x, result: ``(B, C, H, W)``, H and W at least 4.

    References:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data, appendix B.
    """
    with torch.autocast(x.device.type, enabled=False):
        seen = x.to(torch.promote_types(x.dtype, torch.float32))
        chance = {name: p * factor for name, factor in groups.items()}
        matrices = [make(seen, draw, chance[name]) for name, make in (("blit", blit), ("geom", geom)) if name in chance]
        if matrices:
            seen = transform(seen, matrices[0] if len(matrices) == 1 else matrices[0] @ matrices[1])
        if "color" in chance:
            seen = recolored(seen, draw, chance["color"])
        if "noise" in chance:
            on = draw.uniform(len(x), 1) < chance["noise"]
            std = (0.1 * draw.noise(len(x), 1).abs() * on).to(seen.dtype)
            seen = seen + std.view(-1, 1, 1, 1) * draw.noise(*x.shape).to(seen.dtype)
        if "cutout" in chance:
            on = draw.uniform(len(x)) < chance["cutout"]
            seen = torch.where(on.view(-1, 1, 1, 1), cutout(seen, draw), seen)
        return seen.to(x.dtype)


def recolored(x: Tensor, draw: Draw, p: Tensor) -> Tensor:
    """Brightness + N(0, .2²), contrast × 2^N(0, .5²), luma mirrored, hue turned, saturation × 2^N(0, 1).

    Each with probability p. All five keep the grey axis apart from what is at right angles to it, so that together
    they are c (±1) (grey + b) + c s R(θ) (x − grey). A picture of one channel has no hue and no saturation.

    Shape:
        x, result: ``(B, C, H, W)``, C 1 or 3; p: scalar.
    """
    on = draw.uniform(len(x), 5) < p
    n, u = draw.noise(len(x), 3).to(x.dtype), draw.uniform(len(x), 2).to(x.dtype)
    b, c = 0.2 * n[:, 0] * on[:, 0], 2 ** (0.5 * n[:, 1] * on[:, 1])
    sign = 1 - 2 * (2 * u[:, 0]).floor() * on[:, 2]
    angle, s = pi * (2 * u[:, 1] - 1) * on[:, 3], 2 ** (n[:, 2] * on[:, 4])
    grey = x.mean(1, keepdim=True)
    chroma = x - grey
    across = (chroma.roll(1, 1) - chroma.roll(-1, 1)) / 3**0.5  # a quarter turn about the grey axis
    cos, sin, b, along, away = (t.view(-1, 1, 1, 1) for t in (angle.cos(), angle.sin(), b, c * sign, c * s))
    seen = along * (grey + b) + away * (cos * chroma + sin * across)
    return torch.where(on.any(1).view(-1, 1, 1, 1), seen, x)


class Pipe(Augmentation):
    """ADA's transformations with a probability p that follows a schedule over images shown.

    Args:
        p: A number, or a schedule.
        groups: Factors on p by group: ``blit``, ``geom``, ``color``, ``noise``, ``cutout``; a group that is not named
            is left out.

    Raises:
        GanfwError: If there is no such group.

    References:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data, appendix B; scheduled: Huang et
        al. 2024, The GAN is dead; long live the GAN!, appendix.
    """

    def __init__(self, p: Scheduled = 0.3, groups: Mapping[Group, float] = BGC) -> None:
        super().__init__()
        self.p, self.groups = p, factors(groups)

    def forward(self, x: Tensor, draw: Draw) -> Tensor:
        """Transform each picture; see `augmented`."""
        if self.p == 0:
            return x
        p = value_at(self.p, draw.images)
        return augmented(x, draw, p if isinstance(p, Tensor) else torch.full((), p, device=x.device), self.groups)
