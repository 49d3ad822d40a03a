"""Export of trained generators to ONNX, for ganfw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ganfw

if TYPE_CHECKING:
    from collections.abc import Iterable


@ganfw.hookimpl
def ganfw_register_exporter() -> Iterable[ganfw.Part]:
    """The format ``onnx``."""
    yield ganfw.Part("onnx", "ganfw_onnx.settings:OnnxConfig", "a graph for ONNX Runtime and other programs")
