"""The sample itself, for points and for distances between pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.extractors import Extractor, Features

if TYPE_CHECKING:
    from torch import Tensor


class Identity(Extractor):
    """The numbers of a sample in a row."""

    name = "identity"

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, ...)``; features: ``(B, F)``, F the product of the other axes."""
        return Features(x.flatten(1).float())
