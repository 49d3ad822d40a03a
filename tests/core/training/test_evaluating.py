"""Scores while a run goes on."""

import pytest
import torch
from toys import Logistic, ToyDiscriminator, ToyGenerator, ring

import ganfw
from ganfw import scores
from ganfw.config.trainer import EvaluationConfig
from ganfw.training.logbook import read
from ganfw.training.state import state_of


class Slow(ganfw.Metric):
    """Takes as long as it is told to."""

    def measure(self, evaluation):
        calls.append(evaluation.model.images)
        clock[0] += 10
        yield ganfw.Score("slow", 1.0, "lower", protocol=evaluation.protocol)


class SlowConfig(ganfw.Config):
    def build(self, spec):
        return Slow()


calls, clock = [], [0.0]


def trainer(run=None, evaluation=None, steps=20, **settings):
    torch.manual_seed(0)
    gan = ganfw.TwoPlayerGAN(ToyGenerator(norm=True), ToyDiscriminator(dropout=0.2), Logistic())
    return ganfw.Trainer(
        gan, ring(), run=run, steps=steps, batch_size=100, log_every=2, sample_every=None,
        checkpoint_every=1000, tracker=None, evaluation=evaluation, **settings,
    )  # fmt: skip


def test_scores_are_those_of_ganfw_evaluate(tmp_path):
    run = tmp_path / "run"
    it = trainer(run, EvaluationConfig(every_kimg=0.5, count=64, seed=3, budget=1))
    it.fit()
    entries = scores.read(run / "scores.jsonl")
    assert [entry.images for entry in entries] == [600, 1000, 1600, 2000]  # the first boundaries after each 500
    logged = {entry.images: entry.values["score/sliced-wasserstein"] for entry in read(run / "logs/metrics.jsonl")
              if "score/sliced-wasserstein" in entry.values}  # fmt: skip
    assert logged == {entry.images: entry.score.value for entry in entries}

    from ganfw.evaluation import Evaluation
    from ganfw.metrics.sliced_wasserstein import SlicedWasserstein

    model = ganfw.load(run, gan=trainer().gan, device=it.device)
    (score,) = SlicedWasserstein().measure(Evaluation(model, it.data, count=64, seed=3))
    assert (score.value, score.protocol) == (entries[-1].score.value, entries[-1].score.protocol)


def test_training_goes_on_as_if_nothing_had_been_measured():
    watched, alone = trainer(evaluation=EvaluationConfig(every_kimg=0.2, count=10, budget=1)), trainer(health=False)
    watched.fit()
    alone.fit()
    ours, theirs = state_of(watched), state_of(alone)
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []


def test_an_evaluation_that_takes_too_long_is_put_off(monkeypatch):
    """Each takes 10 s, and a step 1 s: they may have 20% of the time."""
    calls.clear()
    clock[0] = 0.0
    monkeypatch.setattr("ganfw.training.evaluating.time.perf_counter", lambda: clock[0])
    it = trainer(evaluation=EvaluationConfig.model_construct(
        every_kimg=0.2, metrics={"slow": SlowConfig()}, count=10, seed=0, budget=0.2), steps=170)  # fmt: skip
    step = it.run_step
    it.run_step = lambda batch: (step(batch), clock.__setitem__(0, clock[0] + 1))
    it.fit()
    # A second one makes 20 s of 100, at step 90 after one of 10 s; a third 30 s of 150; and there is one at the end.
    assert calls == [200, 9000, 13000, 17000]


def test_a_gan_without_samples_is_refused():
    it = trainer(evaluation=EvaluationConfig())
    type(it.gan).sample, kept = ganfw.GAN.sample, type(it.gan).sample
    try:
        with pytest.raises(ganfw.GanfwError) as error:
            it.fit()
    finally:
        type(it.gan).sample = kept
    assert str(error.value) == (
        "trainer.evaluation: TwoPlayerGAN makes no samples from latents alone, so there is nothing to measure; set "
        "trainer.evaluation=null"
    )
