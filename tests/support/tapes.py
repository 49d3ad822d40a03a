"""A stand-in for CUDA graphs on a CPU, and runs of some steps with and without graphs."""

from contextlib import nullcontext

import torch
from toys import toy_trainer

from ganfw.data.stream import Stream, batches
from ganfw.training.graphs import Graphs


class Tape:
    """Recording computes nothing; replaying calls the function again, and writes its outputs where the first ones lie.

    Args:
        trainer: Whose tensors are as they were after a recording.
    """

    def __init__(self, trainer):
        self.trainer, self.recorded, self.replayed = trainer, 0, 0

    def aside(self):
        return nullcontext()

    def _memory(self):
        trainer = self.trainer
        moments = [
            value
            for updater in trainer.updaters.values()
            for values in updater.optimizer.state.values()
            for value in values.values()
            if isinstance(value, torch.Tensor)
        ]
        return [*trainer.gan.parameters(), *trainer.gan.buffers(), *moments]

    def __call__(self, body):
        saved = [(tensor, tensor.detach().clone()) for tensor in self._memory()]
        drawn, device = torch.get_rng_state(), self.trainer.device
        drawn_there = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
        try:
            outputs = body()
        finally:
            with torch.no_grad():
                for tensor, value in saved:
                    tensor.copy_(value)
            torch.set_rng_state(drawn)
            if drawn_there is not None:
                torch.cuda.set_rng_state(drawn_there, device)
        self.recorded += 1

        def replay():
            self.replayed += 1
            again = body()
            outputs.logged.copy_(again.logged)
            for mine, new in zip(outputs.handed, again.handed, strict=True):
                for name, tensor in mine.items():
                    tensor.copy_(new[name])
            return outputs

        return replay


def run(gan, data=None, *, steps=100, tape=Tape, use=lambda _step, batch: batch, **settings):
    """Train for some steps; with ``tape=None`` without graphs.

    Returns:
        The trainer, the tape, and the means of each 4 steps.
    """
    trainer = toy_trainer(gan, data, steps=steps, **{"log_every": 5, **settings})
    recorder = tape(trainer) if tape is not None else None
    trainer.graphs = Graphs(gan, trainer.meter, recorder)
    return trainer, recorder, go_on(trainer, steps, use)


def go_on(trainer, steps, use=lambda _step, batch: batch):
    """Train up to so many steps, and give the means of each 4."""
    read = []
    stream = Stream(trainer.data, batch_size=trainer.config.batch_size, seed=trainer.seed)
    for batch in batches(stream, trainer.step, steps, device=trainer.device):
        trainer.run_step(use(trainer.step, batch))
        if trainer.step % 4 == 0:
            read.append(trainer.meter.read())
    return read


def everything(trainer):
    """All that training moves: networks, terms, averages, moments."""
    state = {**trainer.gan.state_dict(), **trainer.ema.shadows.state_dict(prefix="ema.")}
    for name, updater in trainer.updaters.items():
        state |= {f"{name}.{key}": value for key, value in updater.state().items()}
    return {name: tensor.clone() for name, tensor in state.items()}
