"""A process that reads data ahead is killed: it is named and replaced, and the batches are the same."""

import logging
import os
import signal
from multiprocessing import active_children

import numpy as np
import pytest
import torch

import ganfw
from ganfw.data import workers
from ganfw.data.stream import Stream, batches


def stream():
    return Stream(ganfw.ArrayData(np.arange(60, dtype=np.float32).reshape(30, 2)), batch_size=4, seed=0)


def kill_one():
    victim = max(active_children(), key=lambda child: child.pid)
    os.kill(victim.pid, signal.SIGKILL)
    return victim.pid


@pytest.mark.slow
def test_it_is_named_and_replaced_and_nothing_is_lost(caplog):
    read, pid = [], None
    handler = signal.getsignal(signal.SIGCHLD)
    with caplog.at_level(logging.WARNING, "ganfw"):
        for batch in batches(stream(), 5, 25, workers=2):
            read.append(batch.real)
            if len(read) == 7:
                pid = kill_one()
    wanted = [batch.real for batch in batches(stream(), 5, 25)]
    assert torch.equal(torch.stack(read), torch.stack(wanted))
    assert signal.getsignal(signal.SIGCHLD) is handler
    (record,) = caplog.records
    first, _, rest = record.getMessage().partition(". ")
    assert first == f"one of 2 processes that read data ahead (pid {pid}) was killed by SIGKILL"
    assert rest.endswith("and nothing is lost; if memory runs out, give trainer.workers=1")


@pytest.mark.slow
def test_where_it_goes_on_the_run_is_stopped(monkeypatch):
    monkeypatch.setattr(workers, "LOST_AT_MOST", 0)
    pid = None
    with pytest.raises(ganfw.GanfwError) as caught:  # noqa: PT012
        for number, _ in enumerate(batches(stream(), 0, 1000, workers=2)):
            if number == 3:
                pid = kill_one()
    assert str(caught.value) == (
        f"one of 2 processes that read data ahead (pid {pid}) was killed by SIGKILL, as 0 others before it. Usually "
        "memory has run out: give fewer of them with trainer.workers=1. The same command goes on from the last "
        "checkpoint."
    )


def test_what_is_wrong_with_the_data_arrives_as_it_was_said():
    class Damaged(ganfw.ArrayData):
        def rows(self, indices, keys):
            raise ganfw.GanfwError("picture 7 is damaged")

    with pytest.raises(ganfw.GanfwError) as caught:
        list(batches(Stream(Damaged(np.zeros((4, 2), np.float32)), batch_size=2, seed=0), 0, 3, workers=1))
    assert str(caught.value) == "picture 7 is damaged"
