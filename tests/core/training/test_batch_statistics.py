"""Batch normalisation over all processes is that of one process with the whole batch, derivatives included."""

import copy
import os
import sys
from pathlib import Path

import pytest
import torch
from processes import run
from torch import nn
from toys import toy_gan, toy_trainer, weights

from ganfw.training.batch_statistics import synchronise_batch_statistics


@pytest.mark.slow
def test_layers_on_three_processes_are_those_of_one(tmp_path):
    """Of one, two and three dimensions and with classes: outputs, first and second derivatives, running statistics."""
    job = Path(__file__).with_name("statistics_job.py")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "3"]
    run(*launcher, job, env={**os.environ, "OMP_NUM_THREADS": "1"})


def test_one_process_keeps_its_layers_as_they_are():
    trainers = [toy_trainer(toy_gan(norm=True), steps=3, sync_batch_stats=wanted) for wanted in (False, True)]
    for trainer in trainers:
        trainer.fit()
    assert type(trainers[1].gan.generator.net[1]) is nn.BatchNorm1d
    assert torch.equal(*(weights(trainer.gan) for trainer in trainers))


def test_only_batch_normalisation_is_exchanged_and_once():
    class Own(nn.BatchNorm2d):
        pass

    net = nn.Sequential(nn.Conv2d(3, 3, 1), Own(3), nn.InstanceNorm2d(3), nn.GroupNorm(1, 3))
    for _ in range(2):
        synchronise_batch_statistics(net)
    assert [type(layer).__name__ for layer in net] == ["Conv2d", "Own", "InstanceNorm2d", "GroupNorm"]
    assert [type(layer) for layer in (net[0], net[2], net[3])] == [nn.Conv2d, nn.InstanceNorm2d, nn.GroupNorm]
    assert isinstance(net[1], Own)
    assert len([kind for kind in type(net[1]).__mro__ if kind.__name__ == "_OverProcesses"]) == 1


def test_a_copy_as_of_the_moving_average_keeps_them():
    net = nn.Sequential(nn.BatchNorm2d(3))
    synchronise_batch_statistics(net)
    assert type(copy.deepcopy(net)[0]) is type(net[0])
