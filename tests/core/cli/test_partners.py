"""What is said when one process of several has gone, and when fewer were started than asked for."""

import signal

import pytest

import ganfw
from ganfw.cli.partners import has_lost_another, who_has_gone
from ganfw.training.runtime import make_accelerator

GLOO = (
    "[/pytorch/third_party/gloo/gloo/transport/tcp/pair.cc:537] Read error [127.0.0.1]:8605: Connection reset by peer"
)


@pytest.mark.parametrize(
    ("world", "error", "lost"),
    [
        ("2", RuntimeError(GLOO), True),
        ("1", RuntimeError(GLOO), False),
        ("2", RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        ("2", ConnectionResetError("Connection reset by peer"), False),  # a download, say
    ],
)
def test_what_counts_as_a_lost_process(world, error, lost, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", world)
    assert has_lost_another(error) is lost


def test_the_launcher_says_who_has_gone():
    goes_on = "The same command goes on from the last checkpoint."
    assert who_has_gone(1, 2, -signal.SIGKILL) == (
        f"process 1 of 2 was ended by SIGKILL, as it is where memory runs out, and the others with it. {goes_on}"
    )
    assert who_has_gone(0, 4, -signal.SIGSEGV) == (
        f"process 0 of 4 was ended by SIGSEGV and the others with it. {goes_on}"
    )


def test_one_process_of_accelerate_where_several_were_asked_for(monkeypatch):
    """What `accelerate launch --cpu --num_processes 2` leaves in the environment (test_launchers.py runs it)."""
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "no")
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with pytest.raises(ganfw.GanfwError) as refused:
        make_accelerator()
    assert str(refused.value) == (
        "`accelerate launch` was asked for several processes, but without GPUs it starts only one. Use `ganfw train "
        "... --num-processes N`, or ACCELERATE_USE_CPU=true accelerate launch --multi_gpu --num_processes N -m ganfw "
        "train ..., or torchrun."
    )
