"""Least squares instead of cross-entropy (LSGAN)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.terms import Loss

if TYPE_CHECKING:
    from torch import Tensor


class LeastSquares(Loss):
    """Pulls logits towards codes: a for fakes, b for reals, and c is what the generator wants to be taken for.

    L_D = scale · (E[(D(x) − b)²] + E[(D(G(z)) − a)²])
    L_G = scale · E[(D(G(z)) − c)²]

    The paper has two settings: (0, 1, 1), and (−1, 1, 0), with which the generator minimises the Pearson χ²
    divergence (b − c = 1, b − a = 2). Its scale is ½; pix2pix and CycleGAN leave that factor out of the generator's
    loss. Halving the loss equals halving the learning rate only for SGD.

    Args:
        a: Code of fakes.
        b: Code of reals.
        c: Code that the generator aims at.
        scale: Factor on both losses.

    References:
        Mao et al. 2017, Least Squares Generative Adversarial Networks, equation 2; codes: equations 8 and 9.
    """

    def __init__(self, a: float = 0.0, b: float = 1.0, c: float = 1.0, scale: float = 0.5) -> None:
        super().__init__()
        self.a, self.b, self.c, self.scale = a, b, c, scale

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return self.scale * ((real - self.b).square().mean() + (fake - self.a).square().mean())

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar."""
        return self.scale * (fake - self.c).square().mean()
