"""A small classifier of handwritten digits that ships with this package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import load_file
from torch import nn

from ganfw.extractors import Extractor, Features
from ganfw_metrics.pictures import Preparation

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Path(__file__).with_name("mnist_classifier.safetensors")
"""Made by ``packages/metrics/train_mnist_classifier.py``; the file's metadata say how, and how well it does."""
_LAYERS = ((1, 32, 1), (32, 32, 2), (32, 64, 1), (64, 64, 2), (64, 128, 2))  # channels in and out, stride


class MNISTClassifier(Extractor):
    """Five convolutions and a linear layer; the features are what that layer reads, the logits are of the ten digits.

    It was trained on 4,500 pictures of MNIST, white on black, 28 by 28, and reads others at that size.

    Args:
        pretrained: With the weights that ship; else with fresh ones.
    """

    name = "mnist-classifier"

    def __init__(self, *, pretrained: bool = True) -> None:
        super().__init__()
        self.prepare = Preparation(28, colours="luminance")
        self.preparation = self.prepare.facts
        self.body = nn.Sequential(*(_layer(*sizes) for sizes in _LAYERS))
        self.head = nn.Linear(_LAYERS[-1][1], 10)
        if pretrained:
            self.load_state_dict(load_file(WEIGHTS))  # float16 there, which is all the precision that they need
            self.eval()

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, C, H, W)``; features: ``(B, 128)``; logits: ``(B, 10)``."""
        features = self.body(self.prepare(x)).mean((2, 3))
        return Features(features, self.head(features))


def _layer(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
