"""The base of every data source's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.config.base import Config

if TYPE_CHECKING:
    from ganfw.data.dataset import Dataset
    from ganfw.specs import Spec


class DataConfig(Config):
    """A data source."""

    def build(self, spec: Spec) -> Dataset:
        """Open the data, preparing it once where that is needed.

        Args:
            spec: What the run wants (picture size and channels). The dataset's own spec is what it gets, the
                condition included.
        """
        raise NotImplementedError
