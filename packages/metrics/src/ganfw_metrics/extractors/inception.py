"""Inception-v3 of 2015: the features that published FIDs, KIDs and inception scores are made of."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from ganfw.errors import GanfwError
from ganfw.extractors import Extractor, Features
from ganfw_metrics.extractors.inception_network import Inception
from ganfw_metrics.pictures import Preparation

if TYPE_CHECKING:
    from torch import Tensor

URL = "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/weights-inception-2015-12-05-6726825d.pth"
"""TensorFlow's weights (Apache-2.0) as torch-fidelity converted them; the name ends in the hash of the content."""


class InceptionV3(Extractor):
    """The last block's means over the picture, and the logits of 1,008 classes without their bias.

    Pictures reach it as FID does it: 8 bits, resized by TensorFlow 1's bilinear rule without antialiasing, minus 128,
    over 128. The file of weights is a pickle: it is read with ``weights_only=True``, which runs no code.

    Args:
        path: The file of weights; downloaded once when left out.

    Raises:
        GanfwError: If the weights are not there, or are not Inception's.

    References:
        Heusel et al. 2017, GANs Trained by a Two Time-Scale Update Rule, appendix A1.
    """

    name = "inception"

    def __init__(self, path: str | None = None) -> None:
        super().__init__()
        self.prepare = Preparation(299, "tensorflow1", mean=(128 / 255,) * 3, std=(128 / 255,) * 3)
        self.preparation = self.prepare.facts
        self.network = Inception()
        try:
            self.network.load_state_dict(_download() if path is None else _read(Path(path)))
        except RuntimeError as error:
            first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
            raise GanfwError(f"{path or URL} does not hold the weights of inception: {first}") from error
        self.eval()

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, C, H, W)``; features: ``(B, 2048)``; logits: ``(B, 1008)``."""
        return Features(*self.network(self.prepare(x)))


def _read(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
        return weights
    except (OSError, SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise GanfwError(f"cannot read inception's weights from {path}: {reason}. They are at {URL}") from error


def _download() -> dict[str, Tensor]:
    try:
        return torch.hub.load_state_dict_from_url(URL, map_location="cpu", check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:
        raise GanfwError(
            f"inception's weights cannot be downloaded: {error}. Fetch {URL} (91 MB) where there is a network, and say "
            "where it is with extractor={type: inception, path: /path/to/the/file}; or set "
            "extractor=efficientnet-lite0, which needs no download."
        ) from error
