"""The settings of the emoji64 data source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ganfw.config.data import PicturesConfig

if TYPE_CHECKING:
    from ganfw.data.sources import Source

_COLUMNS = {"fluent": "image", "noto": "noto"}

_LICENSES = {"fluent": "MIT (Microsoft)", "noto": "Apache-2.0 (Google)"}


class Emoji64Config(PicturesConfig):
    """1,532 emoji on white, 64 by 64 pixels, in eight classes. Ships with the package and needs no network."""

    split: Literal["train", "test"] = "train"
    """1,396 pictures to train on, or 136 that were set aside."""
    art: Literal["fluent", "noto"] = "fluent"
    """Microsoft's three-dimensional look, or Google's flat one."""
    labels: bool = False
    """Whether each picture comes with its class, such as Food & Drink."""

    def license(self) -> str:
        """That of the artists; see the package's LICENSES."""
        return _LICENSES[self.art]

    def held_out(self) -> Emoji64Config | None:
        """The pictures that were set aside."""
        return self.model_copy(update={"split": "test"}) if self.split == "train" else None

    def source(self) -> Source:
        """The table that the package ships."""
        from ganfw.data.tables import TableFiles

        table = Path(__file__).parent / "data" / f"{self.split}.parquet"
        labels = "label" if self.labels else "none"
        return TableFiles([table], f"emoji64 ({self.split})", column=_COLUMNS[self.art], labels=labels)
