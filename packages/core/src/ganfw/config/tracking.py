"""The settings of trackers: their base, and those that Accelerate brings."""

from __future__ import annotations

from abc import abstractmethod
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from ganfw.config.base import Config
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from pathlib import Path

    from accelerate.tracking import GeneralTracker


class TrackerConfig(Config):
    """Where losses and samples are logged."""

    @abstractmethod
    def build(self, run: Path) -> GeneralTracker:
        """Make the tracker. It opens nothing before its ``start``, which only the main process calls.

        Args:
            run: The run folder.

        Raises:
            GanfwError: If what it needs is not installed.
        """


class AccelerateTrackerConfig(TrackerConfig):
    """A tracker of Accelerate's."""

    kind: ClassVar[str]
    """Its class in ``accelerate.tracking``."""
    package: ClassVar[str]
    """What has to be installed, as pip names it; the module has underscores."""

    project: str = "ganfw"
    """The project that runs are listed under."""

    def build(self, run: Path) -> GeneralTracker:
        """Make the tracker; see `TrackerConfig.build`."""
        from accelerate import tracking

        if find_spec(self.package.replace("-", "_")) is None:
            raise GanfwError(
                f"trainer.tracker={self.package} is not installed; try `pip install {self.package}`, or "
                "trainer.tracker=null"
            )
        make = getattr(tracking, self.kind)
        folder = {"logging_dir": run / "logs"} if make.requires_logging_directory else {}
        tracker: GeneralTracker = make(self.project, **folder)
        return tracker


class TensorBoardConfig(AccelerateTrackerConfig):
    """TensorBoard: files in ``logs/``."""

    kind: ClassVar[str] = "TensorBoardTracker"
    package: ClassVar[str] = "tensorboard"


class WandbConfig(AccelerateTrackerConfig):
    """Weights and Biases."""

    kind: ClassVar[str] = "WandBTracker"
    package: ClassVar[str] = "wandb"


class TrackioConfig(AccelerateTrackerConfig):
    """Trackio: a local page with wandb's interface."""

    kind: ClassVar[str] = "TrackioTracker"
    package: ClassVar[str] = "trackio"


class MLflowConfig(AccelerateTrackerConfig):
    """MLflow."""

    kind: ClassVar[str] = "MLflowTracker"
    package: ClassVar[str] = "mlflow"


class CometConfig(AccelerateTrackerConfig):
    """Comet."""

    kind: ClassVar[str] = "CometMLTracker"
    package: ClassVar[str] = "comet-ml"


class AimConfig(AccelerateTrackerConfig):
    """Aim: files in ``logs/``."""

    kind: ClassVar[str] = "AimTracker"
    package: ClassVar[str] = "aim"


class ClearMLConfig(AccelerateTrackerConfig):
    """ClearML."""

    kind: ClassVar[str] = "ClearMLTracker"
    package: ClassVar[str] = "clearml"


class DVCLiveConfig(AccelerateTrackerConfig):
    """DVCLive."""

    kind: ClassVar[str] = "DVCLiveTracker"
    package: ClassVar[str] = "dvclive"


class SwanLabConfig(AccelerateTrackerConfig):
    """SwanLab."""

    kind: ClassVar[str] = "SwanLabTracker"
    package: ClassVar[str] = "swanlab"
