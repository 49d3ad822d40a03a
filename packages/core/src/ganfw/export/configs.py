"""The settings of core's exporters. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.config.base import Config

if TYPE_CHECKING:
    from ganfw.export.exporter import Exporter
    from ganfw.specs import Spec


class SafetensorsConfig(Config):
    """The model folder: weights, settings, card."""

    def build(self, spec: Spec) -> Exporter:
        """Make the exporter; it fits every spec."""
        from ganfw.export.folder import ModelFolder

        return ModelFolder()


class TorchExportConfig(Config):
    """A graph that PyTorch runs without ganfw."""

    def build(self, spec: Spec) -> Exporter:
        """Make the exporter; it fits every spec."""
        from ganfw.export.graph import TorchExport

        return TorchExport()
