"""Data made of other data: several sources as the classes of one, few labels beside many samples, two values alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganfw.config.data import DataConfig
from ganfw.config.slots import Slot

if TYPE_CHECKING:
    from ganfw.data.dataset import Dataset
    from ganfw.specs import Spec

_SLOT = Slot("data", infer={"path": "files", "name": "hub"})


class DomainsConfig(DataConfig):
    """Several data sources as one, each a class: photos and paintings, digits and their outlines."""

    of: dict[str, Annotated[DataConfig, _SLOT]] = Field(min_length=2)
    """The sources by name, which become the classes in this order."""

    def license(self) -> str:
        """Those of the sources."""
        return "; ".join(dict.fromkeys(text for source in self.of.values() if (text := source.license())))

    def held_out(self) -> DataConfig | None:
        """The held-out data of all sources; ``None`` where one has none."""
        parts = {name: source.held_out() for name, source in self.of.items()}
        return None if None in parts.values() else DomainsConfig(of={k: v for k, v in parts.items() if v is not None})

    def build(self, spec: Spec) -> Dataset:
        """Open all sources."""
        from ganfw.data.combined import Domains

        return Domains({name: source.build(spec) for name, source in self.of.items()})


class SemiSupervisedConfig(DataConfig):
    """Samples without labels, and beside each of them one of the few whose class is known."""

    data: Annotated[DataConfig, _SLOT]
    """Labelled data; of most, the label is not looked at."""
    labelled: int = Field(default=100, ge=1)
    """How many labels are looked at, equally many of each class."""

    def license(self) -> str:
        """That of the data."""
        return self.data.license()

    def held_out(self) -> DataConfig | None:
        """The held-out data, every one with its label."""
        return self.data.held_out()

    def build(self, spec: Spec) -> Dataset:
        """Open the data and choose the labelled ones: the first of each class."""
        from ganfw.data.combined import SemiSupervised

        return SemiSupervised(self.data.build(spec), self.labelled)


class BinaryConfig(DataConfig):
    """Pictures of two values alone, -1 and 1, for games of discrete samples."""

    data: Annotated[DataConfig, _SLOT]
    """The pictures."""
    threshold: float = Field(default=0.0, gt=-1, lt=1)
    """What is above it, in [-1, 1], becomes 1 and the rest -1."""

    def license(self) -> str:
        """That of the data."""
        return self.data.license()

    def held_out(self) -> DataConfig | None:
        """The held-out data, made binary alike."""
        held_out = self.data.held_out()
        return None if held_out is None else self.model_copy(update={"data": held_out})

    def build(self, spec: Spec) -> Dataset:
        """Open the data."""
        from ganfw.data.combined import Binary

        return Binary(self.data.build(spec), self.threshold)
