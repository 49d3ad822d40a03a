"""DiffAugment: a few strong, differentiable transformations of real and fake pictures alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from ganfw.terms import Augmentation
from ganfw_losses.augmentation.operations import Fill, color, cutout, flip, refuse_unknown, translation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from ganfw.training.step import Draw

Policy = Literal["color", "flip", "translation", "cutout"]


class DiffAugment(Augmentation):
    """T(x) in L_D = E[f_D(−D(T(x)))] + E[f_D(D(T(G(z))))] and L_G = E[f_G(−D(T(G(z))))].

    Every sample gets its own draw, real or fake, in either player's phase, and gradients pass through T.

    Args:
        policy: Which transformations, in order. The paper's are color, translation and cutout.
        fill: What a translation brings in: ``zeros`` as in the paper; the ``edge``, which suits pictures on a white or
            black background; or the ``mirror`` image.

    Raises:
        GanfwError: If there is no such transformation or filling.

    References:
        Zhao et al. 2020, Differentiable Augmentation for Data-Efficient GAN Training, section 3.2.
    """

    def __init__(self, policy: Sequence[Policy] = ("color", "translation", "cutout"), fill: Fill = "zeros") -> None:
        super().__init__()
        self.policy, self.fill = tuple(policy), fill
        refuse_unknown("policy of DiffAugment", self.policy, get_args(Policy))
        refuse_unknown("fill of DiffAugment", [fill], get_args(Fill))

    def forward(self, x: Tensor, draw: Draw) -> Tensor:
        """Transform each picture.

        Shape:
            x, result: ``(B, C, H, W)``, C 1 or 3.
        """
        operations = {
            "color": color,
            "flip": flip,
            "translation": lambda x, draw: translation(x, draw, self.fill),
            "cutout": cutout,
        }
        for name in self.policy:
            x = operations[name](x, draw)
        return x
