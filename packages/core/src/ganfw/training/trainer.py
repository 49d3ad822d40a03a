"""The training loop: data, phases, averaging, EMA, log, samples, checkpoint. It knows no particular GAN.

A run's state is weights, buffers, optimizer moments and one integer. Everything random is a pure function of
(seed, step) or of (seed, position in the data), so the same command goes on bit for bit where a run was broken off,
and any number of processes follows the path of one.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ganfw.data.stream import Stream, batches
from ganfw.health.watch import Watch
from ganfw.plugins.events import Events
from ganfw.training import finite, modes, run_folder, trackers
from ganfw.training.averaging import average, float_buffers
from ganfw.training.checkpoint import Checkpoints
from ganfw.training.compiling import compile_networks
from ganfw.training.display import Display
from ganfw.training.ema import EMA
from ganfw.training.graphs import Graphs, capture_on
from ganfw.training.guarding import put_back_after_drops, remember
from ganfw.training.meter import Meter
from ganfw.training.outputs import Outputs, open_run
from ganfw.training.runtime import make_accelerator
from ganfw.training.samples import draw_samples
from ganfw.training.starting import check_before_training, config_of, join_processes, start_from
from ganfw.training.step import key, micro_batches
from ganfw.training.stopping import Stopping
from ganfw.training.summing import summed
from ganfw.training.updating import Freezer, make_updaters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from torch import Tensor

    from ganfw.config.trainer import OptimizerConfig, TrainerConfig
    from ganfw.data.dataset import Dataset
    from ganfw.gan import GAN, Phase
    from ganfw.training.step import Batch, Step


class Trainer:
    """Trains any GAN: for each step, for each phase that is due, forward, backward, average, update; then EMA.

    Args:
        gan: Networks and phases.
        data: What it learns from.
        config: Length, sizes and intervals; or give its fields by keyword (``steps=1000, batch_size=32``).
        optimizers: By name; a missing one is Adam with learning rate 2e-4 and betas (0.5, 0.999).
        seed: Of all that is random in training: order of the data, latents, augmentation. Weights are drawn before,
            when the GAN is made; see `compose`.
        run: Folder for checkpoints, samples, logs and the model; ``None`` writes nothing.
        document: The recipe that all this was made from, written to the run folder.
        freeze: Networks that do not learn; phases that have no other are left out.
        start: A folder whose weights the networks start from: of a run, the raw ones; of a model, the averaged ones.
        held_out: Data that it never learns from, to see whether the discriminator knows the others by heart.

    Raises:
        GanfwError: If the parts, the batch size and the number of processes do not fit together.
    """

    def __init__(
        self, gan: GAN, data: Dataset, config: TrainerConfig | None = None, *,
        optimizers: Mapping[str, OptimizerConfig] | None = None, seed: int = 0, run: str | Path | None = None,
        document: Mapping[str, Any] | None = None, freeze: Iterable[str] = (), start: str | Path | None = None,
        held_out: Dataset | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        self.config = config = config_of(config, settings)
        self.gan, self.data, self.held_out, self.seed = gan, data, held_out, seed
        self.run = Path(run) if run is not None else None
        tracker = config.tracker.build(self.run) if self.run is not None and config.tracker is not None else None
        self.accelerator = make_accelerator(log_with=tracker)
        self.device = self.accelerator.device
        self.rank, self.world = self.accelerator.process_index, self.accelerator.num_processes
        if document is None and self.run is not None:
            document = run_folder.describe(gan, config, optimizers or {}, seed)
        self.document = document or {}
        check_before_training(gan, data, config, freeze, self.world, held_out=held_out)

        if config.deterministic:
            modes.use_deterministic_kernels()
        resuming = self.run is not None and Checkpoints(self.run / "checkpoints").all()
        if start is not None and not resuming:
            start_from(gan, Path(start))
        gan.train()
        for name in freeze:
            getattr(gan, name).requires_grad_(False).eval()
        modes.lay_out(gan.to(self.device), channels_last=config.channels_last)
        join_processes(gan, config, self.world)
        self.precision = modes.precision_of(config, self.device)
        self.phases = [p for p in gan.phases if not set(p.network_names) <= set(freeze)]
        half = self.device if self.precision is torch.float16 else None
        skips = config.on_not_finite == "skip"
        self.updaters = make_updaters(gan, self.phases, optimizers or {}, half=half, guarded=skips)
        self.guards = [updater.guard for updater in self.updaters.values() if updater.guard is not None]
        self.freezer, self._terms = Freezer(gan), gan.terms()
        self.ema = EMA(gan, config.ema) if config.ema is not None and gan.averaged else None
        if self.precision is not torch.float32:
            modes.hand_back_float32(gan.networks().values())
        self.meter, self.events = Meter(self.world, only_finite=skips), Events(config.on_error)
        self.graphs = Graphs(gan, self.meter, capture_on(self.device) if config.cuda_graphs else None)
        self.step = self.rolled_back = 0

    @property
    def images(self) -> int:
        """Real images shown so far, over all processes."""
        return self.step * self.config.batch_size

    @property
    def luck(self) -> int:
        """What all randomness of a step derives from: the seed, or another each time that the run has gone back."""
        return key(self.seed, "rolled back", self.rolled_back) if self.rolled_back else self.seed

    def fit(self) -> GAN:
        """Train to the configured length, going on from the run folder's newest checkpoint.

        Raises:
            GanfwError: If a term is not finite (phase and term named), or the run folder cannot be used.
            KeyboardInterrupt, SystemExit: After SIGINT or SIGTERM, once the step is finished and saved.
        """
        try:
            ours = self.run if self.accelerator.is_main_process else None
            with run_folder.claimed(ours, self.document) if ours is not None else nullcontext():
                self._fit()
        finally:
            self.freezer.release()
            self.graphs.forget()
            trackers.finish(self)
        return self.gan

    def _fit(self) -> None:
        total, outputs = self.config.total_steps, open_run(self)
        silent = not self.accelerator.is_main_process
        with Display(total, self.step, silent=silent) as display, Stopping(self.world, self.device) as stopping:
            if self.step:
                display.say(f"going on from step {self.step}" if self.step < total else f"{self.run} is complete")
            self.events.tell("before_run", trainer=self)
            finite.begin(self, outputs)
            while not self._reached(total, outputs, display, stopping):
                pass
            self.events.tell("after_run", trainer=self)

    def _reached(self, total: int, outputs: Outputs | None, display: Display, stopping: Stopping) -> bool:
        """Train to step ``total``; False if that has led back to an earlier step."""
        config, watch = self.config, Watch(self)
        stream = Stream(self.data, batch_size=config.batch_size, seed=self.luck, rank=self.rank, world=self.world)
        if config.compile and self.step < total and not self.rolled_back:
            compile_networks(self, stream)
        clock, clock_step = time.perf_counter(), self.step
        for batch in batches(
            stream, self.step, total, workers=config.workers, device=self.device, keep=config.data_on_device,
            channels_last=config.channels_last,
        ):  # fmt: skip
            self.run_step(batch)
            display.advance(self.step)
            last, stop = self.step == total, stopping.after(self.step)
            logging, saving = self.step % config.log_every == 0, stop or self.step % config.checkpoint_every == 0
            if logging or saving or last:
                try:
                    values = finite.read_finite(self, saving=saving or last)
                except finite.NotFiniteError as error:
                    display.say(finite.roll_back(self, outputs, error))
                    return False
                rate = (self.step - clock_step) * config.batch_size / (time.perf_counter() - clock)
                clock, clock_step = time.perf_counter(), self.step
                display.losses(self.step, self.images, rate, values)
                watch.log({**values, "images_per_second": rate}, display.say)
            if outputs is not None and config.sample_every and (self.step % config.sample_every == 0 or last):
                outputs.samples()
            if outputs is not None and (saving or last):
                outputs.checkpoint()
            if stop and not last:
                stopping.leave()
        return True

    def run_step(self, batch: Batch) -> None:
        """One step: every phase that is due, on this process's share of the global batch."""
        self.events.tell("before_step", trainer=self, batch=batch)
        modes.seed_globally(key(self.luck, self.step, self.rank), self.device)
        steps, kept = self._micro_batches(batch), remember(self.gan.buffers()) if self.guards else []
        for phase in self.phases:
            if phase.due(self.step):
                self._run_phase(phase, steps)
        with torch.no_grad():
            for term in self._terms:
                term.after_step(self.meter.mean)
            self.gan.after_step(self.meter.mean)
        if kept:
            put_back_after_drops(self.guards, kept)
        if self.world > 1:
            average(float_buffers(self.gan), self.world)
        self.meter.end_step()
        self.step += 1
        if self.ema is not None:
            self.ema.update(self.images, self.config.batch_size)
        self.events.tell("after_step", trainer=self)

    def _run_phase(self, phase: Phase, steps: list[Step]) -> None:
        updater = self.updaters[phase.optimizer_name]
        watching = self.config.health and (self.step + 1) % self.config.log_every == 0
        self.freezer.only(phase.network_names)
        self.events.tell("before_phase", trainer=self, phase=phase)
        updater.follow(self.images)
        update = partial(self._update, phase, watching=watching)
        self.graphs.run(phase.name, steps, update, variant=watching, obstacle=updater.obstacle)
        self.events.tell("after_phase", trainer=self, phase=phase)

    def _update(self, phase: Phase, steps: Sequence[Step], *, watching: bool) -> None:
        """What a CUDA graph repeats: whatever changes between steps comes from ``steps`` and from device memory."""
        updater, factor = self.updaters[phase.optimizer_name], phase.gain / len(steps)
        with modes.phase_mode(phase, compiled=self.config.compile, device=self.device), self.graphs.watching():
            for step in steps:
                step.enter(phase.name)
                with modes.autocast(self.device, self.precision):
                    terms, loss = summed(phase, step)
                for name, term in terms.items():
                    self.meter.add(f"{phase.name}/{name}", term, term=True)
                updater.backward(loss if factor == 1 else loss * factor)
        updater.check_gradients(phase.name, self.world)
        average(updater.shared(), self.world)
        updater.step(phase.name, partial(self.meter.watch, phase.name) if watching else None)
        with torch.no_grad(), self.graphs.watching():
            self.gan.after_optimizer(phase)

    def _micro_batches(self, batch: Batch) -> list[Step]:
        return micro_batches(
            batch, self.config.micro_batches, index=self.step, images=self.images, seed=self.luck, rank=self.rank,
            world=self.world, meter=self.meter,
        )  # fmt: skip

    def sample(self, count: int, seed: int | None = None) -> Tensor:
        """Samples of the averaged networks; the same seed gives the same latents."""
        with self.ema.applied() if self.ema is not None else nullcontext():
            return draw_samples(self.gan, count, self.seed if seed is None else seed, self.device)
