"""How much two pictures look alike by their structure at several scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.errors import GanfwError
from ganfw.evaluation import Metric, Score
from ganfw_metrics.errors import standard_error
from ganfw_metrics.features import need_samples
from ganfw_metrics.pictures import LEVELS, quantised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.training.step import Batch

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang et al. 2003, section 3.2
_WINDOW = 11


class MSSSIM(Metric):
    """The mean multi-scale structural similarity of pairs of pictures; each picture is in one pair. Lower is diverse.

    The real pictures' own figure is measured too. A picture below 161 pixels has no room for all five scales: as many
    as fit are used, their weights scaled to a sum of 1, and the protocol says how many.

    References:
        Wang, Simoncelli and Bovik 2003, Multiscale Structural Similarity for Image Quality Assessment, eq. 7;
        Odena, Olah and Shlens 2017, Conditional Image Synthesis with Auxiliary Classifier GANs, section 4.2.

    Args:
        size: Of the pictures, in pixels.

    Raises:
        GanfwError: If torchmetrics is not installed, or the pictures are below 11 pixels.
    """

    def __init__(self, size: int) -> None:
        try:
            from torchmetrics.functional.image import multiscale_structural_similarity_index_measure
        except ImportError as error:
            raise GanfwError(f"ms-ssim needs torchmetrics ({error}): pip install 'ganfw-metrics[ms-ssim]'") from error
        if size < _WINDOW:
            raise GanfwError(f"ms-ssim compares windows of {_WINDOW} pixels, but the pictures have {size}")
        self.similarity = multiscale_structural_similarity_index_measure
        # Each scale halves the picture; the window has to fit in the smallest one, and torchmetrics asks for more.
        scales = max(s for s in range(1, len(_WEIGHTS) + 1) if size // max(2 ** (s - 1), (s - 1) ** 2) >= _WINDOW)
        self.weights = tuple(weight / sum(_WEIGHTS[:scales]) for weight in _WEIGHTS[:scales])

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """Two scores: ``ms-ssim``, and ``ms-ssim-real`` of the real pictures."""
        need_samples("ms-ssim", 4, real=evaluation.real_count, made=evaluation.count)
        protocol = {**evaluation.protocol, "levels": LEVELS, "scales": len(self.weights)}
        for name, batches in (("ms-ssim", evaluation.fake()), ("ms-ssim-real", evaluation.real())):
            each = torch.cat(list(self._alike(batches)))
            yield Score(name, each.mean().item(), "lower", standard_error(each), protocol)

    def _alike(self, batches: Iterable[Batch]) -> Iterator[Tensor]:
        """The similarities of the pictures of each batch, the first half to the second."""
        for batch in batches:
            x = quantised(batch.x.float())
            half = len(x) // 2
            if half:
                yield self.similarity(
                    x[:half], x[half : 2 * half], data_range=2.0, betas=self.weights, reduction="none"
                ).reshape(-1)
