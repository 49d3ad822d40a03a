"""The settings of the exporter. Torch loads only inside ``build``."""

from __future__ import annotations

import ganfw


class HubFolderConfig(ganfw.Config):
    """What a repository on the Hub holds: weights, settings, recipe, and a card that says what it is."""

    license: str | None = None
    """Licence of the model as the Hub writes it, such as apache-2.0; null leaves it open."""
    data_license: str | None = None
    """Licence of the data; by default what the data source says of itself."""

    def build(self, spec: ganfw.Spec) -> ganfw.Exporter:
        """Make the exporter; it fits every spec."""
        from ganfw_hub.folder import HubFolder

        return HubFolder(self.license, self.data_license)
