"""The settings of the data sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ganfw.config.data import DataConfig, PicturesConfig
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from ganfw.data.dataset import Dataset
    from ganfw.data.sources import Source
    from ganfw.specs import Spec

Look = Literal["plain", "negative", "edges"]
_LICENSE = "CC-BY-SA-3.0 (Y. LeCun and C. Cortes)"


class Mnist5kConfig(PicturesConfig):
    """5,000 handwritten digits, white on black, 28 by 28 pixels, in ten classes. Ships with the package."""

    split: Literal["train", "test"] = "train"
    """4,500 digits to train on, or 500 that were set aside: 450 and 50 of each."""
    labels: bool = False
    """Whether each digit comes with its class."""
    look: Look = "plain"
    """As written, black on white, or only the outlines: another domain with the same contents."""
    border: Literal[0, 2] = 0
    """Pixels of background added on each side: 2 makes the digits 32 by 32, for networks that double from 4 by 4."""

    def license(self) -> str:
        """That of MNIST."""
        return _LICENSE

    def held_out(self) -> Mnist5kConfig | None:
        """The digits that were set aside."""
        return self.model_copy(update={"split": "test"}) if self.split == "train" else None

    def source(self) -> Source:
        """The table that the package ships, in the look and with the border that were asked for."""
        from ganfw.data.tables import TableFiles
        from ganfw_mnist5k.looks import Changed

        table = Path(__file__).parent / "data" / f"{self.split}.parquet"
        source = TableFiles([table], f"mnist5k ({self.split})", labels="label" if self.labels else "none")
        return source if self.look == "plain" and not self.border else Changed(source, self.look, self.border)


class StackedMnist5kConfig(DataConfig):
    """Three digits as the colors of one picture: data with a thousand modes, to count those that a model finds."""

    split: Literal["train", "test"] = "train"
    """4,500 digits to stack, or 500 that were set aside."""
    border: Literal[0, 2] = 0
    """Pixels of background added on each side: 2 makes them 32 by 32."""

    def license(self) -> str:
        """That of MNIST."""
        return _LICENSE

    def held_out(self) -> StackedMnist5kConfig | None:
        """Those of the digits that were set aside."""
        return self.model_copy(update={"split": "test"}) if self.split == "train" else None

    def build(self, spec: Spec) -> Dataset:
        """Prepare the digits once for this size.

        Raises:
            GanfwError: If the run wants no pictures of three channels.
        """
        from ganfw_mnist5k.stacked import StackedDigits

        if not isinstance(spec, ImageSpec) or spec.channels != 3:
            raise GanfwError("stacked-mnist5k shows a digit in each of three colors. Set image.channels=3.")
        return StackedDigits(Mnist5kConfig(split=self.split, border=self.border).build(ImageSpec(spec.size, 1)))
