"""Extractors: networks by whose features metrics compare samples.

Legend: B batch size, F number of features, K number of classes.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganfw.evaluation import Fact


@dataclass(frozen=True)
class Features:
    """What an extractor says of a batch.

    Args:
        features: ``(B, F)``.
        logits: ``(B, K)``, of classes, if the network is a classifier.
    """

    features: Tensor
    logits: Tensor | None = None


class Extractor(nn.Module):
    """Turns samples into features. It is built for the model's spec, and brings samples to what its network reads.

    Attributes:
        name: What protocols call it.
        preparation: How a sample reaches the network, for the protocol: size, resize filter, range, normalisation.
        warning: What a reader has to know of every score that comes from these features.
    """

    name: str
    preparation: Mapping[str, Fact] = MappingProxyType({})
    warning: str = ""

    @abstractmethod
    def forward(self, x: Tensor) -> Features:
        """The features of each sample; gradients pass.

        Shape:
            x: ``(B, *spec.shape)`` in the spec's range; features: ``(B, F)``; logits: ``(B, K)``.
        """

    @cached_property
    def weights_hash(self) -> str:
        """Changes with every weight."""
        digest = blake2b(digest_size=8)
        for name, tensor in self.state_dict().items():
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.cpu().contiguous().flatten().view(torch.uint8).numpy().data)
        return digest.hexdigest()

    @property
    def facts(self) -> dict[str, Fact]:
        """All that the features of a sample depend on."""
        return {"extractor": self.name, "weights": self.weights_hash, **self.preparation}
