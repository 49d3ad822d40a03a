"""Modes as a classifier sees them: the ten digits, or the thousand of Stacked MNIST.

Legend: N made pictures, C channels, K classes.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import torch

from ganfw.evaluation import Metric, Score
from ganfw.extractors import Extractor, Features
from ganfw_metrics.classes.logits import need_logits
from ganfw_metrics.errors import bootstrap
from ganfw_metrics.features import features_of, joined, protocol_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation


class ClassModes(Metric):
    """How many classes appear at all, and how far their shares are from equal: KL(shares ‖ uniform), in nats.

    Args:
        extractor: The classifier.
        stacked: Every channel shows a class of its own, so that there are K to the power C modes: Stacked MNIST.

    References:
        Metz et al. 2017, Unrolled GANs, section 3.3.1; Lin et al. 2018, PacGAN, section 4.2.
    """

    def __init__(self, extractor: Extractor, *, stacked: bool = False) -> None:
        self.extractor = EachChannel(extractor) if stacked else extractor
        self.stacked = stacked

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """Two scores: ``class-modes``, how many appear, and ``class-modes-kl``."""
        said = features_of(evaluation, self.extractor, "fake")
        logits = need_logits(said, self.extractor, "class-modes").cpu()
        channels = evaluation.model.spec.shape[0] if self.stacked else 1
        classes = logits.shape[1] // channels
        digits = logits.view(len(logits), channels, classes).argmax(2)
        modes = (digits * classes ** torch.arange(channels)).sum(1)
        count = classes**channels
        protocol = {**protocol_of(evaluation, self.extractor), "modes": count}
        warning = self.extractor.warning
        yield Score("class-modes", float(len(modes.unique())), "higher", None, protocol, warning)
        kl = partial(kl_to_uniform, count=count)
        error = bootstrap(kl, modes, seed=evaluation.seed)
        yield Score("class-modes-kl", kl(modes), "lower", error, protocol, joined(warning, _few(len(modes), count)))


class EachChannel(Extractor):
    """An extractor that reads the channels of a picture as pictures of their own.

    Args:
        inner: What reads them.
    """

    def __init__(self, inner: Extractor) -> None:
        super().__init__()
        self.inner, self.name, self.warning = inner, inner.name, inner.warning
        self.preparation = {**inner.preparation, "channels": "each by itself"}

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, C, H, W)``; features: ``(B, C * F)``; logits: ``(B, C * K)``."""
        said = self.inner(x.flatten(0, 1)[:, None])
        rows = len(x), -1
        return Features(said.features.reshape(rows), None if said.logits is None else said.logits.reshape(rows))


def _few(samples: int, modes: int) -> str:
    if samples >= 10 * modes:
        return ""
    bias = (modes - 1) / (2 * samples)  # Miller 1955, Note on the bias of information estimates
    return f"{samples:,} samples for {modes:,} modes: about {bias:.2g} of class-modes-kl comes from their small number"


def kl_to_uniform(modes: Tensor, count: int) -> float:
    """Σ p log (p · count) over the shares p of ``count`` modes. Shape: modes: ``(N,)``, each in [0, count)."""
    shares = modes.bincount(minlength=count).double() / len(modes)
    return (shares.xlogy(shares).sum() + math.log(count)).item()
