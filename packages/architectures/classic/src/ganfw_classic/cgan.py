"""The networks of the conditional GAN: sample and class each have a layer of their own before they meet.

Legend: B batch size, Z latent length, K number of classes.

References:
    Mirza and Osindero 2014, "Conditional generative adversarial nets", section 4.1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ganfw.networks import Discriminator, Generator, Verdict
from ganfw_classic.classes import one_hot_rows
from ganfw_classic.mlp import Maxout

if TYPE_CHECKING:
    from collections.abc import Sequence


class CGANGenerator(Generator):
    """Latent to 200 and class to 1000 ReLU units with dropout, joined to 1200, and the sample.

    Args:
        shape: Shape of one sample.
        classes: K.
        latent_dim: Length of the latent.
        joint_hidden: Whether a layer of 1200 units follows the join; the text can be read either way.
        dropout: Share of the hidden units that are left out in training.
    """

    def __init__(
        self, *, shape: Sequence[int], classes: int, latent_dim: int = 100, joint_hidden: bool = True,
        dropout: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__()
        self.latent_dim, self.classes, self.shape = latent_dim, classes, tuple(shape)
        self.of_latent = nn.Sequential(nn.Linear(latent_dim, 200), nn.ReLU(), nn.Dropout(dropout))
        self.of_class = nn.Sequential(nn.Linear(classes, 1000), nn.ReLU(), nn.Dropout(dropout))
        joint = [nn.Linear(1200, 1200), nn.ReLU(), nn.Dropout(dropout)] if joint_hidden else []
        self.joint = nn.Sequential(*joint, nn.Linear(1200, math.prod(self.shape)))

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one sample per latent.

        Shape:
            z: ``(B, Z)``; condition: ``(B,)``; result: ``(B, *shape)`` in [-1, 1], in the dtype of ``z``.
        """
        rows = one_hot_rows(condition, self.classes, z)
        joined = torch.cat([self.of_latent(z), self.of_class(rows)], 1)
        x: Tensor = self.joint(joined).to(z.dtype).unflatten(1, self.shape)
        return torch.tanh(x)


class CGANDiscriminator(Discriminator):
    """Sample to 240 and class to 50 maxout units of 5 pieces, joined in 240 of 4, and one logit.

    Args:
        shape: Shape of one sample.
        classes: K.
        dropout: Share of the joint units that are left out in training.
    """

    def __init__(self, *, shape: Sequence[int], classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.classes = classes
        self.of_sample, self.of_class = Maxout(math.prod(shape), 240, 5), Maxout(classes, 50, 5)
        self.joint = nn.Sequential(Maxout(290, 240, 4), nn.Dropout(dropout))
        self.judge = nn.Linear(240, 1)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each sample together with its class.

        Shape:
            x: ``(B, *shape)``; condition: ``(B,)``; logits: one ``(B,)``; features: ``(B, 240)``.
        """
        rows = one_hot_rows(condition, self.classes, x)
        joined = self.joint(torch.cat([self.of_sample(x.flatten(1)), self.of_class(rows)], 1))
        logits = self.judge(joined).flatten().to(x.dtype)
        return Verdict([logits], [[joined]] if features else ())
