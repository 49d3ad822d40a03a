"""How pictures reach a network: 8 bits, colours, size, range. Each rule is a fact in the scores' protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch.nn.functional import interpolate

from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.evaluation import Fact
    from ganfw.specs import Spec

LEVELS = 256
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and standard deviation of ImageNet in [0, 1]."""
_LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601, as where data are prepared


def quantised(x: Tensor) -> Tensor:
    """Made pictures as they would be saved: clamped to [-1, 1], 8 bits. Real ones do not change."""
    return x.clamp(-1, 1).add(1).mul((LEVELS - 1) / 2).round().div((LEVELS - 1) / 2).sub(1)


def as_rgb(x: Tensor) -> Tensor:
    """Luminance three times; transparency on white. Shape: ``(B, 1 | 3 | 4, H, W)`` to ``(B, 3, H, W)``."""
    if x.shape[1] == 4:
        alpha = (x[:, 3:] + 1) / 2
        return x[:, :3] * alpha + (1 - alpha)
    return x.expand(-1, 3, -1, -1)


def as_luminance(x: Tensor) -> Tensor:
    """Shape: ``(B, 1 | 3 | 4, H, W)`` to ``(B, 1, H, W)``."""
    if x.shape[1] == 1:
        return x
    weights = torch.tensor(_LUMINANCE, dtype=x.dtype, device=x.device)
    return torch.einsum("bchw,c->bhw", as_rgb(x), weights)[:, None]


@dataclass(frozen=True)
class Preparation:
    """Brings pictures in [-1, 1] to what one network reads.

    Args:
        size: Height and width that the network reads, in pixels.
        resize: The filter, antialiased when a picture shrinks; ``tensorflow1`` is that version's bilinear filter, which
            is not, and which puts the first pixel's centre on its corner.
        colours: ``rgb`` or ``luminance``.
        mean: Taken off each channel in [0, 1].
        std: What each channel is divided by then.
    """

    size: int
    resize: Literal["bilinear", "bicubic", "tensorflow1"] = "bilinear"
    colours: Literal["rgb", "luminance"] = "rgb"
    mean: tuple[float, ...] = (0.5,)
    std: tuple[float, ...] = (0.5,)

    @property
    def facts(self) -> dict[str, Fact]:
        """For the protocol."""
        return {
            "input_size": self.size,
            "resize": "bilinear of TensorFlow 1" if self.resize == "tensorflow1" else f"{self.resize}, antialiased",
            "colours": self.colours,
            "normalisation": f"[0, 1], minus {_listed(self.mean)}, over {_listed(self.std)}",
        }

    def __call__(self, x: Tensor) -> Tensor:
        """Shape: ``(B, 1 | 3 | 4, H, W)`` in [-1, 1] to ``(B, 1 | 3, size, size)``, normalised."""
        x = as_rgb(x) if self.colours == "rgb" else as_luminance(x)
        if self.resize == "tensorflow1":
            x = _as_tensorflow1(x, self.size)
        elif x.shape[2:] != (self.size, self.size):
            x = interpolate(x, (self.size, self.size), mode=self.resize, align_corners=False, antialias=True)
            x = x.clamp(-1, 1)  # A cubic filter overshoots.
        mean, std = (torch.tensor(values, dtype=x.dtype, device=x.device) for values in (self.mean, self.std))
        return ((x + 1) / 2 - mean[:, None, None]) / std[:, None, None]


def _as_tensorflow1(x: Tensor, size: int) -> Tensor:
    """Bilinear interpolation at the places ``i · (input size / output size)``."""
    rows, columns = (_interpolation(length, size).to(x) for length in x.shape[2:])
    return rows @ x @ columns.T


def _interpolation(inputs: int, outputs: int) -> Tensor:
    """Each output as a mean of two inputs. Shape: ``(outputs, inputs)``."""
    at = torch.arange(outputs) * (inputs / outputs)
    low = at.long()
    upper = (at - low)[:, None]
    one = torch.eye(inputs)
    return (1 - upper) * one[low] + upper * one[(low + 1).clamp(max=inputs - 1)]


def _listed(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.4g}" for value in values)


def need_pictures(spec: Spec, name: str) -> ImageSpec:
    """The spec, if it is one of pictures.

    Raises:
        GanfwError: If it is not.
    """
    if not isinstance(spec, ImageSpec):
        raise GanfwError(
            f"{name} works on pictures, but these are {type(spec).__name__} samples. "
            "The extractor that takes any sample is extractor=identity."
        )
    return spec
