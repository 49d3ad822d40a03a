"""Discriminators of pairs, and of the parts of a code.

Legend: B batch size, Z length of the code.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ganfw.errors import GanfwError
from ganfw.networks import Discriminator, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw_encoders.trunks import Trunk


class JointDiscriminator(Discriminator):
    """Judges a sample together with its code, which comes as the condition: D(x, z), or D(x, (z, c)).

    The sample's features and the code meet in fully connected layers with LeakyReLU 0.2.

    Args:
        trunk: From the sample to its features.
        code_dim: Z, with the condition where the code holds it.
        code_hidden: Units of a layer of the code's own; 0 gives the code as it is.
        hidden: Sizes of the layers where the two meet.
        dropout: Share of those units that are left out in training.

    References:
        Donahue, Krähenbühl and Darrell 2017, Adversarial feature learning, section 3 and appendix C.
    """

    def __init__(
        self, trunk: Trunk, code_dim: int, *, code_hidden: int = 0, hidden: Sequence[int] = (1024, 1024),
        dropout: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.trunk, self.code_dim = trunk, code_dim
        self.of_code = (
            nn.Sequential(nn.Linear(code_dim, code_hidden), nn.LeakyReLU(0.2)) if code_hidden else nn.Identity()
        )
        sizes = [trunk.length + (code_hidden or code_dim), *hidden]
        self.joint = nn.ModuleList(
            nn.Sequential(nn.Linear(inside, outside), nn.LeakyReLU(0.2), *([nn.Dropout(dropout)] if dropout else []))
            for inside, outside in pairwise(sizes)
        )
        self.judge = nn.Linear(sizes[-1], 1)
        self.uses_batch_statistics = any(isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d) for m in self.modules())

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each pair.

        Args:
            x: Samples in the spec's range.
            condition: Their codes.
            features: Also return the activations of the layers.

        Shape:
            x: ``(B, *spec.shape)``; condition: ``(B, Z)``; logits: one ``(B,)`` in the dtype of ``x``.

        Raises:
            GanfwError: If no codes are given.
        """
        if condition is None:
            raise GanfwError("a joint discriminator judges pairs: give the code of each sample as its condition")
        activations = self.trunk.activations(x)
        seen = activations[-1].flatten(1) if activations else x.flatten(1)
        state = torch.cat([seen, self.of_code(condition.to(x.dtype))], 1)
        for layer in self.joint:
            state = layer(state)
            activations.append(state)
        return Verdict([self.judge(state).flatten().to(x.dtype)], [activations] if features else ())


class PartsDiscriminator(Discriminator):
    """Judges each part of a code by a discriminator of its own: one judge for the class y, one for the style z.

    Args:
        judges: One for each part.
        lengths: Lengths of the parts, in their order.

    References:
        Makhzani et al. 2016, Adversarial autoencoders, section 5 and figure 8.
    """

    def __init__(self, judges: Sequence[Discriminator], lengths: Sequence[int]) -> None:
        super().__init__()
        self.judges, self.lengths = nn.ModuleList(judges), tuple(lengths)
        self.uses_batch_statistics = any(judge.uses_batch_statistics for judge in judges)
        self.energies = any(judge.energies for judge in judges)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each part; the logits, and the features if asked for, are those of all judges in order.

        Shape:
            x: ``(B, sum of the lengths)``; logits: ``(B,)`` for each judge.
        """
        parts = x.split(self.lengths, 1)
        verdicts = [judge(part, features=features) for judge, part in zip(self.judges, parts, strict=True)]
        logits = [logits for verdict in verdicts for logits in verdict.logits]
        return Verdict(logits, [found for verdict in verdicts for found in verdict.features])
