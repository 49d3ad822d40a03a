"""A phase that is recorded trains to the same bits as one that runs as it is; what cannot be recorded says so.

Here a `Tape` stands for CUDA; `test_on_cuda.py` records real graphs.
"""

import logging

import numpy as np
import pytest
import torch
from recordable import GAMES
from tapes import Tape, everything, go_on, run
from toys import GradientNorm, Logistic, ring, toy_gan

import ganfw
from ganfw.training.state import restore, state_of
from ganfw_losses import TopK


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


QUICK = ("plain", "R1, lazily", "dropout and batch normalisation", "what one phase hands to another")


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in GAMES])
def test_a_hundred_steps_are_the_same_to_the_bit(name, caplog):
    make, data, settings = GAMES[name]
    as_it_is, _, means = run(make(), data(), tape=None, **settings)
    recorded, tape, recorded_means = run(make(), data(), **settings)
    assert not caplog.records
    due = sum(phase.due(index) for phase in recorded.phases for index in range(100))
    variants = 2 * len(recorded.phases)  # in every fifth step the health of the run is watched
    assert tape.recorded <= variants
    assert tape.replayed >= due - 3 * variants
    assert_same(everything(recorded), everything(as_it_is))
    assert recorded_means == means


class Reading(ganfw.TwoPlayerGAN):
    """A game whose generator's loss is multiplied by what ``factor`` says."""

    def generator_loss(self, step):
        return {name: term * self.factor(step, term) for name, term in super().generator_loss(step).items()}

    def factor(self, step, term):
        raise NotImplementedError


class Indexed(Reading):
    def factor(self, step, term):
        return 1 + step.index % 2


class Branching(Reading):
    def factor(self, step, term):
        return 2 if term > 0.5 else 1


class Counting(Reading):
    def factor(self, step, term):
        return 1 + float(step.images) / 1000


class Ranging(Reading):
    def factor(self, step, term):
        return 1 + len(range(step.images))


class Throwing(Reading):
    def factor(self, step, term):
        return 1 + np.random.rand()


class Growing(Reading):
    seen = 0

    def factor(self, step, term):
        self.seen += 1
        return 1 + 0.01 * self.seen


class Masking(Reading):
    def factor(self, step, term):
        return (step.batch.real[step.batch.real > 0]).mean()


class Rebinding(Reading):
    def factor(self, step, term):
        if not hasattr(self, "k"):
            self.register_buffer("k", torch.ones(()))
        self.k = self.k * 0.99
        return self.k


def game(kind):
    plain = toy_gan(dropout=0.1, norm=True)
    return kind(plain.generator, plain.discriminator, plain.loss)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Indexed, "step.index, which it reads, changes between steps"),
        (Branching, "it reads a tensor on the host, by _local_scalar_dense (test_graphs.py, line {line})"),
        (Counting, "it reads a tensor on the host, by _local_scalar_dense (test_graphs.py, line {line})"),
        (
            Ranging,
            "a rehearsal failed with TypeError: only integer tensors of a single element can be converted to an index",
        ),
        (Throwing, "it draws from a random generator of the host"),
        (Growing, "its operations are not the same from step to step: aten::mul.Tensor differs"),
        (Masking, "it picks elements by a mask, so that a shape depends on the data (test_graphs.py, line {line})"),
        (Rebinding, "it puts another tensor in the place of k, which has to be changed in place"),
    ],
)
def test_what_cannot_be_recorded_runs_as_it_is_and_says_so(kind, reason, caplog):
    as_it_is, _, means = run(game(kind), tape=None, steps=12)
    with caplog.at_level(logging.WARNING, "ganfw"):
        recorded, tape, recorded_means = run(game(kind), steps=12)
    (record,) = caplog.records
    line = kind.factor.__code__.co_firstlineno + 1
    assert record.getMessage() == (
        f"phase 'generator' is not recorded as a CUDA graph: {reason.format(line=line)}. It runs as it is, which is "
        "slower and no less right. trainer.cuda_graphs=false records none and says nothing"
    )
    assert tape.replayed > 0  # the discriminator's phase is recorded all the same
    assert_same(everything(recorded), everything(as_it_is))
    assert recorded_means == means


def test_a_part_says_what_it_decides_in_python(caplog):
    _, tape, _ = run(toy_gan(loss=TopK(Logistic())), steps=20)
    (record,) = caplog.records
    assert "the number of fakes that top-k keeps changes between steps" in record.getMessage()
    assert tape.recorded == 2  # the discriminator's phase, watched and not


class Refusing(Tape):
    """CUDA does not say in advance what it cannot record."""

    def __call__(self, body):
        def broken():
            body()
            raise RuntimeError("operation not permitted when stream is capturing\nCompile with ...")

        return super().__call__(broken)


def test_a_failed_recording_leaves_all_as_if_it_had_not_been(caplog):
    as_it_is, _, means = run(game(ganfw.TwoPlayerGAN), tape=None, steps=12)
    recorded, tape, recorded_means = run(game(ganfw.TwoPlayerGAN), tape=Refusing, steps=12)
    assert [record.getMessage().split(". ")[0] for record in caplog.records] == [
        f"phase {name!r} is not recorded as a CUDA graph: recording it failed with RuntimeError: operation not "
        "permitted when stream is capturing Compile with ..."
        for name in ("discriminator", "generator")
    ]
    assert tape.replayed == 0
    assert_same(everything(recorded), everything(as_it_is))
    assert recorded_means == means


def test_a_batch_of_another_size_runs_as_it_is(caplog):
    def smaller(step, batch):
        return batch.rows(0, 8) if step in {1, 20} else batch

    as_it_is, _, _ = run(toy_gan(), tape=None, steps=30, use=smaller)
    recorded, tape, _ = run(toy_gan(), steps=30, use=smaller)
    assert tape.replayed > 30
    assert not caplog.records
    assert_same(everything(recorded), everything(as_it_is))


@pytest.mark.parametrize("at", [3, 20])
def test_going_back_to_an_earlier_state_is_exact(at):
    """A recorded step holds on to the memory of moments and learning rate, so these stay where they are."""
    gan = toy_gan(regularizers={"r1": GradientNorm(every=4)}, generator_every=5)
    unbroken, _, _ = run(toy_gan(regularizers={"r1": GradientNorm(every=4)}, generator_every=5), steps=60)
    trainer, _, _ = run(gan, steps=at)
    saved = {name: tensor.clone() for name, tensor in state_of(trainer).items()}
    go_on(trainer, 50)
    optimizer = trainer.updaters["discriminator"].optimizer
    places = [value.data_ptr() for values in optimizer.state.values() for value in values.values()]
    restore(trainer, saved, {"step": at, "data": trainer.data.fingerprint})
    assert [value.data_ptr() for values in optimizer.state.values() for value in values.values()] == places
    recording = trainer.graphs._recordings["discriminator", False].replay
    go_on(trainer, 60)
    assert recording is not None
    assert trainer.graphs._recordings["discriminator", False].replay is recording
    assert_same(everything(trainer), everything(unbroken))


def test_after_going_back_a_recorded_phase_draws_the_new_numbers():
    trainers = [run(toy_gan(), tape=tape, steps=10)[0] for tape in (None, Tape)]
    for trainer in trainers:
        trainer.rolled_back = 1
        go_on(trainer, 20)
    as_it_is, recorded = map(everything, trainers)
    assert_same(recorded, as_it_is)


def test_fp16_says_why_it_is_not_recorded(caplog):
    _, tape, _ = run(toy_gan(), steps=3, precision="fp16")
    assert tape.recorded == 0
    assert "fp16 looks at its gradients on the host" in caplog.text


def test_a_run_gives_the_memory_of_its_graphs_back():
    trainer, _, _ = run(toy_gan(), steps=20)
    assert trainer.graphs._recordings
    trainer.fit()
    assert not trainer.graphs._recordings


@pytest.mark.parametrize("shape", ["linear", "cosine", "exponential"])
def test_a_schedule_follows_a_number_on_the_device(shape):
    schedule = ganfw.Schedule(start=0.3, end=0.007, from_kimg=1, to_kimg=7, shape=shape)
    for images in (0, 999, 1000, 1234, 4000, 6999, 7000, 9000):
        value = schedule.at(torch.tensor(float(images), dtype=torch.float64))
        assert value.dtype == torch.float32
        assert value.item() == np.float32(schedule.at(images))
    assert ganfw.value_at(0.1, torch.tensor(5.0)) == 0.1


def test_nothing_is_recorded_on_a_cpu():
    from toys import toy_trainer

    trainer = toy_trainer(toy_gan(), ring())
    assert trainer.config.cuda_graphs
    assert trainer.graphs.warm_up_runs == (4 if trainer.device.type == "cuda" else 1)
