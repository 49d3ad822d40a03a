"""Mean absolute and mean squared difference."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from ganfw.terms import Term


class L1(Term):
    """L = E[|x − y|], the mean over samples and elements.

    References:
        Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks, equation 3.
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """The distance. Shape: x, y: the same; result: scalar."""
        return F.l1_loss(x, y)


class L2(Term):
    """L = E[(x − y)²], the mean over samples and elements.

    References:
        Pathak et al. 2016, Context Encoders, equation 1 (there a sum over the elements of one sample).
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """The distance. Shape: x, y: the same; result: scalar."""
        return F.mse_loss(x, y)
