"""The settings of data whose samples are points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ganfw.config.data import DataConfig

if TYPE_CHECKING:
    from ganfw.data.dataset import Dataset
    from ganfw.data.gaussians import Centres
    from ganfw.specs import Spec


class GaussiansConfig(DataConfig):
    """Points of a mixture of Gaussians in the plane, whose modes are known: on a ring, or on a square grid."""

    layout: Literal["ring", "grid"] = "ring"
    """Where the modes are. Published rings have 8 modes on a circle of radius 2, grids 5 by 5 at a distance of 2."""
    modes: int = Field(default=8, ge=1)
    """Modes on the ring, or along each side of the grid."""
    scale: float = Field(default=2.0, gt=0)
    """The ring's radius, or the distance between neighbours of the grid."""
    deviation: float = Field(default=0.02, gt=0)
    """Standard deviation of each mode, alike in all directions."""
    count: int = Field(default=100_000, ge=1)
    """How many points."""
    seed: int = Field(default=0, ge=0, lt=2**32 - 1)
    """Another seed draws other points."""

    def centres(self) -> Centres:
        """The means of the modes."""
        from ganfw.data.gaussians import grid, ring

        return ring(self.modes, self.scale) if self.layout == "ring" else grid(self.modes, self.scale)

    def held_out(self) -> GaussiansConfig:
        """Other points of the same modes, a tenth as many."""
        return self.model_copy(update={"seed": self.seed + 1, "count": max(1, self.count // 10)})

    def build(self, spec: Spec) -> Dataset:
        """Draw the points; what the run wants of pictures does not matter to them."""
        from ganfw.data.gaussians import GaussiansData

        return GaussiansData(self.centres(), deviation=self.deviation, count=self.count, seed=self.seed)
