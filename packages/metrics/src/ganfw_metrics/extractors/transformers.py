"""Vision transformers of the Hugging Face hub: DINOv2 and CLIP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganfw.errors import GanfwError
from ganfw.extractors import Extractor, Features
from ganfw_metrics.pictures import IMAGENET, Preparation

if TYPE_CHECKING:
    from torch import Tensor

_CLIP_MEAN, _CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class DINOv2(Extractor):
    """The class token of DINOv2 after its last normalisation, from pictures of 224 pixels.

    Args:
        model: A name on the hub, or a folder.

    Raises:
        GanfwError: If transformers is not installed, or the model cannot be opened.

    References:
        Oquab et al. 2023, DINOv2; Stein et al. 2023, Exposing Flaws of Generative Model Evaluation Metrics, on why its
        features agree with people better than Inception's.
    """

    name = "dinov2"

    def __init__(self, model: str) -> None:
        super().__init__()
        self.prepare = Preparation(224, "bicubic", mean=IMAGENET[0], std=IMAGENET[1])
        self.preparation = self.prepare.facts
        self.network = _opened(model, "dinov2")
        self.eval()

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, C, H, W)``; features: ``(B, F)``, F 1024 for the large model."""
        return Features(self.network(pixel_values=self.prepare(x)).last_hidden_state[:, 0])


class CLIP(Extractor):
    """The embedding of a picture in CLIP's space of pictures and texts.

    Args:
        model: A name on the hub, or a folder.

    Raises:
        GanfwError: If transformers is not installed, or the model cannot be opened.

    References:
        Radford et al. 2021, Learning Transferable Visual Models From Natural Language Supervision;
        Jayasumana et al. 2024, Rethinking FID: Towards a Better Evaluation Metric for Image Generation (CMMD).
    """

    name = "clip"

    def __init__(self, model: str) -> None:
        super().__init__()
        clip = _opened(model, "clip")
        self.vision, self.projection = clip.vision_model, clip.visual_projection  # the texts' half is not needed
        size = clip.config.vision_config.image_size
        self.prepare = Preparation(size, "bicubic", mean=_CLIP_MEAN, std=_CLIP_STD)
        self.preparation = self.prepare.facts
        self.eval()

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, C, H, W)``; features: ``(B, F)``, F 768 for the large model."""
        return Features(self.projection(self.vision(pixel_values=self.prepare(x)).pooler_output))


def _opened(model: str, kind: str) -> Any:
    """A whole model; only safetensors are read, and weights that are missing are an error, not random."""
    try:
        from transformers import AutoModel
    except ImportError as error:
        raise GanfwError(
            f"the extractor {kind} needs transformers ({error}): pip install 'ganfw-metrics[transformers]'"
        ) from error
    try:
        network, report = AutoModel.from_pretrained(model, use_safetensors=True, output_loading_info=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise GanfwError(
            f"the extractor {kind} cannot open {model!r}: {str(error).splitlines()[0]} Give the name of a model on the "
            f"Hugging Face hub, or a folder with config.json and model.safetensors: extractor={{type: {kind}, "
            "model: /path/to/folder}. Or set extractor=efficientnet-lite0, which needs no download."
        ) from error
    if network.config.model_type.partition("_")[0] != kind:
        raise GanfwError(f"{model!r} is a model of type {network.config.model_type}, not {kind}")
    if report["missing_keys"]:
        raise GanfwError(f"{model!r} lacks weights, for example {sorted(report['missing_keys'])[0]}")
    return network
