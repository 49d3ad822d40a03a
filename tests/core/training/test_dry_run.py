"""A dry run measures what training does."""

import pytest
import torch
from toys import toy_trainer

import ganfw
from ganfw.data.stream import Stream
from ganfw.training.compiling import compile_networks
from ganfw.training.dry_run import measure


class Sees(ganfw.GAN):
    """A network for pictures that notes whether they come in channels-last order."""

    averaged = ("net",)

    def __init__(self):
        super().__init__()
        self.net = torch.nn.Conv2d(3, 1, 3)
        self.phases = [ganfw.Phase("only", "net", self.loss)]
        self.seen = []

    def loss(self, step):
        self.seen.append(step.batch.real.is_contiguous(memory_format=torch.channels_last))
        return {"mean": self.net(step.batch.real).mean()}


@pytest.mark.parametrize("channels_last", [True, False])
@pytest.mark.parametrize("how", ["train", "measure", "compile"])
def test_pictures_come_in_the_memory_order_of_training(how, channels_last, monkeypatch):
    monkeypatch.setattr(torch.nn.Module, "compile", lambda network, **_: None)
    gan = Sees()
    data = ganfw.ArrayData(torch.zeros(16, 3, 8, 8))
    trainer = toy_trainer(gan, data, steps=1, ema=None, channels_last=channels_last)
    if how == "train":
        trainer.fit()
    elif how == "measure":
        measure(trainer)
    else:
        compile_networks(trainer, Stream(data, batch_size=16, seed=0))
    assert set(gan.seen) == {channels_last}
