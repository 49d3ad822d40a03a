"""The settings of data sources: their base, and those that core brings."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ganfw.config.base import Config

if TYPE_CHECKING:
    from ganfw.data.dataset import Dataset
    from ganfw.data.sources import Source
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

    def license(self) -> str:
        """The data's licence, for the cards of models that learned from them; empty where the source does not know."""
        return ""

    def held_out(self) -> DataConfig | None:
        """Data of the same kind that these do not hold; ``None`` where the source has no such split."""
        return None


class PicturesConfig(DataConfig):
    """Pictures of any size and mode, prepared once into a cache by the rules in `ganfw.data.rules`."""

    fit: Literal["crop", "pad", "stretch"] = "crop"
    """How a picture that is not square becomes one: its centre, with background around it, or with another aspect."""
    background: Literal["white", "black"] = "white"
    """What shows through transparency and around a padded picture."""
    flip: bool = False
    """Mirror half of the pictures, each time anew. Wrong for letters and signs."""

    @abstractmethod
    def source(self) -> Source:
        """Where the encoded pictures are."""

    def build(self, spec: Spec) -> Dataset:
        """Open the pictures, preparing them once for this size and these rules."""
        from ganfw.data.pictures import open_pictures

        return open_pictures(self.source(), spec, fit=self.fit, background=self.background, flip=self.flip)


class FilesConfig(PicturesConfig):
    """Pictures of your own: a folder, a zip, or Parquet and Arrow tables."""

    path: str
    """A folder (with all in it), a .zip, or a .parquet or .arrow file."""
    labels: str = "none"
    """`none`; `folders`: the first folder under the path is the class; or the table's column with the classes."""
    split: str | None = None
    """A folder inside the path, or tables whose names begin so (`train` for train-00000.parquet). All by default."""
    column: str | None = None
    """The table's column with the pictures. By default the first that holds any."""

    def source(self) -> Source:
        """The pictures at the path."""
        from ganfw.data.opening import open_path

        return open_path(self.path, split=self.split, column=self.column, labels=self.labels)


class HubConfig(PicturesConfig):
    """A data set of the Hugging Face hub."""

    name: str = Field(min_length=1)
    """`owner/name`, as the hub writes it."""
    subset: str | None = None
    """Its configuration, where it has several."""
    split: str = "train"
    """Which part of it."""
    revision: str | None = None
    """A branch, tag or commit. Once prepared, a data set is not looked up again; another revision is another one."""
    column: str | None = None
    """The column with the pictures. By default the first that holds any."""
    labels: str = "none"
    """`none`, or the column with the classes."""

    def source(self) -> Source:
        """The data set, looked up only when it has to be read."""
        from ganfw.data.tables import HubSource

        return HubSource(
            self.name, subset=self.subset, split=self.split, revision=self.revision, column=self.column,
            labels=self.labels,
        )  # fmt: skip


class ShapesConfig(DataConfig):
    """Discs, squares and triangles on white, drawn as they are needed: no files, no network."""

    count: int = Field(default=2000, ge=1)
    """How many pictures."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """Another seed draws other pictures."""
    labels: bool = False
    """Whether each picture comes with its class: disc, square or triangle."""

    def build(self, spec: Spec) -> Dataset:
        """Draw for this size and these channels."""
        from ganfw.data.pictures import rules_for
        from ganfw.data.shapes import ShapesData

        wanted = rules_for(spec)
        return ShapesData(wanted.size, wanted.channels, count=self.count, seed=self.seed, labels=self.labels)
