"""Settings of the trainer and of optimizers. No torch here: building imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from ganfw.config.base import Config, NonNegativeScheduled
from ganfw.config.slots import PartConfig, Slot, types_from_names
from ganfw.config.tracking import TensorBoardConfig, TrackerConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch


class EMAConfig(Config):
    """Exponential moving average of the networks that make samples, kept in float32."""

    half_life: float = Field(default=10_000, gt=0)
    """Images after which an old weight counts half."""
    ramp_up: float | None = Field(default=0.05, gt=0)
    """Early on, the half-life is at most this fraction of the images shown; null turns that off."""


class EvaluationConfig(Config):
    """Scores of the averaged model while it learns, added to `scores.jsonl` as `ganfw evaluate` adds them."""

    every_kimg: float = Field(default=100.0, gt=0)
    """Thousands of images shown between two evaluations. One is always made at the end."""
    metrics: dict[str, Annotated[PartConfig, Slot("metric", keyed=True)]] = Field(
        default={"sliced-wasserstein": {}}, min_length=1, validate_default=True
    )
    """Metrics by name, with their settings; the name is the type unless a type is given."""
    count: int = Field(default=1000, ge=2)
    """Samples on each side."""
    seed: int = Field(default=0, ge=0)
    """Of the latents, and of the choice of real samples."""
    budget: float = Field(default=0.05, gt=0, le=1)
    """Largest part of the run's time that evaluations may take; another is put off. 1 puts none off."""

    @field_validator("metrics", mode="before")
    @classmethod
    def _types_from_names(cls, metrics: Any) -> Any:
        return types_from_names(metrics)


class TrainerConfig(Config):
    """How long, how large, how often."""

    steps: int | None = Field(default=None, ge=1)
    """Length in steps. Give this or `kimg`."""
    kimg: float | None = Field(default=None, gt=0)
    """Length in thousands of images shown to the discriminator."""
    batch_size: int = Field(default=64, ge=1)
    """Images per step over all processes."""
    micro_batches: int = Field(default=1, ge=1)
    """Parts into which each process splits its share of a batch, to save memory."""
    sync_batch_stats: bool = False
    """Batch normalisation takes its statistics over all processes; otherwise each process takes those of its share."""
    precision: Literal["auto", "float32", "bf16", "fp16"] = "auto"
    """Autocast of the forward passes; auto is bf16 on CUDA and float32 elsewhere."""
    ema: EMAConfig | None = EMAConfig()
    """Averaging of the generator's weights; null samples from the raw weights."""
    log_every: int = Field(default=50, ge=1)
    """Steps between two lines of losses, each the mean over those steps."""
    sample_every: int | None = Field(default=500, ge=1)
    """Steps between two sample grids from one fixed latent; null makes none."""
    sample_count: int = Field(default=64, ge=1)
    """Samples in a grid."""
    checkpoint_every: int = Field(default=1000, ge=1)
    """Steps between two checkpoints. One is always written at the end."""
    keep_checkpoints: int = Field(default=2, ge=1)
    """Newest checkpoints that are kept."""
    tracker: Annotated[TrackerConfig, Slot("tracker")] | None = TensorBoardConfig()
    """Where losses and samples are logged: tensorboard, wandb, trackio, mlflow, ...; null tracks nothing."""
    evaluation: EvaluationConfig | None = None
    """Scores while the run goes on; null measures none."""
    health: bool = True
    """Watch how the run is doing, and say in words what goes wrong and what usually helps."""
    workers: int = Field(default=0, ge=0)
    """Processes that read data ahead. The order of the data does not depend on it."""
    data_on_device: Literal["auto"] | bool = "auto"
    """Keep all prepared data on the GPU; auto does so if they fill at most a quarter of its free memory."""
    on_error: Literal["stop", "disable"] = "stop"
    """What becomes of a plugin that raises in a training event: it stops the run, or hears of no further events."""
    on_not_finite: Literal["stop", "skip", "roll-back"] = "stop"
    """What becomes of a loss or gradient that is not finite: the run stops, leaves that update out, or goes back to its
    last checkpoint and on from there with other randomness."""
    roll_backs: int = Field(default=3, ge=1)
    """How often a run goes back at most before it stops."""
    channels_last: bool = True
    """Keep pictures and their weights in the memory format that convolutions are fastest in; values stay the same."""
    compile: bool = False
    """Compile the networks with torch.compile, if a trial at the start succeeds; phases of second order run eager."""
    cuda_graphs: bool = True
    """On CUDA, record each phase as a graph and replay it, to the same bits; what cannot be recorded runs as it is."""
    deterministic: bool = False
    """Ask PyTorch for deterministic kernels, so that a GPU run too can be repeated bit for bit."""

    @model_validator(mode="after")
    def _one_length(self) -> TrainerConfig:
        if self.steps is not None and self.kimg is not None:
            raise ValueError("give trainer.steps or trainer.kimg, not both")
        return self

    @property
    def total_steps(self) -> int:
        """Length in steps, 1000 when none is given."""
        if self.steps is not None:
            return self.steps
        return 1000 if self.kimg is None else max(1, round(self.kimg * 1000 / self.batch_size))


DecayRate = Annotated[float, Field(ge=0, lt=1)]


class OptimizerConfig(Config):
    """An optimizer of one or several networks."""

    lr: NonNegativeScheduled = 2e-4
    """Learning rate: a number, or a schedule over images shown."""
    max_gradient_norm: float | None = Field(default=None, gt=0)
    """A longer gradient is shortened to this norm, over all the optimizer's parameters; null leaves it as it is."""

    def build(self, parameters: Sequence[torch.nn.Parameter], *, correction: float = 1.0) -> torch.optim.Optimizer:
        """Make the optimizer.

        Args:
            parameters: What it optimises.
            correction: Lazy regularization makes ``1 / correction`` as many updates; where the algorithm has moments,
                their decay rates are raised to this power. The trainer scales the learning rate itself.
        """
        raise NotImplementedError


class AdamConfig(OptimizerConfig):
    """Adam (Kingma and Ba 2015, Algorithm 1)."""

    betas: tuple[DecayRate, DecayRate] = (0.5, 0.999)
    """Decay rates of the two moments; (0.5, 0.999) for DCGAN's family, (0, 0.99) with gradient penalties."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the denominator."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay (AdamW)."""

    def build(self, parameters: Sequence[torch.nn.Parameter], *, correction: float = 1.0) -> torch.optim.Optimizer:
        """Make the optimizer; see `OptimizerConfig.build`."""
        import torch

        betas = (self.betas[0] ** correction, self.betas[1] ** correction)
        kind = torch.optim.AdamW if self.weight_decay else torch.optim.Adam
        return kind(
            parameters, lr=1.0, betas=betas, eps=self.eps, weight_decay=self.weight_decay,
            **({"fused": True, "capturable": True} if _on_cuda(parameters) else {"foreach": True}),
        )  # fmt: skip


class RMSPropConfig(OptimizerConfig):
    """RMSProp (Tieleman and Hinton 2012), as WGAN uses it."""

    alpha: float = Field(default=0.99, gt=0, lt=1)
    """Decay rate of the squared gradient."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the denominator."""

    def build(self, parameters: Sequence[torch.nn.Parameter], *, correction: float = 1.0) -> torch.optim.Optimizer:
        """Make the optimizer; see `OptimizerConfig.build`."""
        import torch

        return torch.optim.RMSprop(
            parameters, lr=1.0, alpha=self.alpha**correction, eps=self.eps, foreach=True,
            capturable=_on_cuda(parameters),
        )  # fmt: skip


class SGDConfig(OptimizerConfig):
    """Stochastic gradient descent with optional momentum."""

    momentum: float = Field(default=0.0, ge=0, lt=1)
    """Momentum."""

    def build(self, parameters: Sequence[torch.nn.Parameter], *, correction: float = 1.0) -> torch.optim.Optimizer:
        """Make the optimizer; see `OptimizerConfig.build`."""
        import torch

        momentum = self.momentum**correction if self.momentum else 0.0
        on_cuda = _on_cuda(parameters)
        sgd = torch.optim.SGD(parameters, lr=1.0, momentum=momentum, foreach=not on_cuda, fused=on_cuda)
        if on_cuda and momentum:
            # The fused step wants all of them or none, and a phase may reach some parameters only; they begin at 0.
            for parameter in parameters:
                sgd.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
        return sgd


def _on_cuda(parameters: Sequence[torch.nn.Parameter]) -> bool:
    """Whether fused and capturable optimizers can be had: all parameters are on a CUDA device."""
    return bool(parameters) and all(parameter.is_cuda for parameter in parameters)
