"""The settings of the exporter. Torch loads only inside ``build``."""

from __future__ import annotations

from pydantic import Field

import ganfw


class OnnxConfig(ganfw.Config):
    """A graph that ONNX Runtime and other programs run."""

    opset: int = Field(default=20, ge=18)
    """Version of ONNX's operators; the program that reads the file has to know it."""

    def build(self, spec: ganfw.Spec) -> ganfw.Exporter:
        """Make the exporter; it fits every spec."""
        from ganfw_onnx.exporter import OnnxExporter

        return OnnxExporter(self.opset)
