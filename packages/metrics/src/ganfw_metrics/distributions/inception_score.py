"""The inception score: samples of which each has a clear class, and which have all classes together.

Legend: N made samples, K classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.evaluation import Metric, Score
from ganfw_metrics.classes.logits import need_logits
from ganfw_metrics.errors import standard_error
from ganfw_metrics.features import features_of, need_samples, protocol_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor


class InceptionScore(Metric):
    """exp E_x KL(p(y|x) ‖ p(y)), from 1 to K; the mean over parts of the samples, in their order.

    It knows nothing of the real samples, and everything of the classes of whatever the classifier was trained on.

    Args:
        extractor: The classifier.
        splits: Parts; 10 in the paper.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, section 4.
    """

    def __init__(self, extractor: Extractor, *, splits: int = 10) -> None:
        self.extractor, self.splits = extractor, splits

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """One score, ``inception-score``."""
        need_samples("inception-score", self.splits, made=evaluation.count)
        logits = need_logits(features_of(evaluation, self.extractor, "fake"), self.extractor, "inception-score")
        each = torch.stack([inception_score(part) for part in logits.tensor_split(self.splits)])
        protocol = {**protocol_of(evaluation, self.extractor), "splits": self.splits}
        warning = self.extractor.warning
        yield Score("inception-score", each.mean().item(), "higher", standard_error(each), protocol, warning)


def inception_score(logits: Tensor) -> Tensor:
    """Of one set, in float64. Shape: ``(N, K)``; result: scalar."""
    log_p = logits.double().log_softmax(1)
    log_mean = log_p.logsumexp(0) - torch.tensor(float(len(log_p)), dtype=log_p.dtype).log()
    return (log_p.exp() * (log_p - log_mean)).sum(1).mean().exp()
