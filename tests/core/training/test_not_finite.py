"""A loss or gradient that is not finite: stop, leave the update out, or go back; each is resumed exactly."""

import json

import pytest
import torch
from toys import toy_gan, toy_trainer, weights

import ganfw
from ganfw.config.trainer import RMSPropConfig, SGDConfig
from ganfw.training.checkpoint import Checkpoints

OPTIMIZERS = {
    "adam": ganfw.AdamConfig(lr=1e-3, betas=(0.5, 0.99)),
    "rmsprop": RMSPropConfig(lr=1e-3),
    "sgd": SGDConfig(lr=0.01, momentum=0.9),
}


def going_wrong(when, how="loss"):
    """The toy game, whose generator has a loss or a gradient that is not finite ``when(step)``."""

    class Wrong(type(toy_gan())):
        def generator_loss(self, step):
            terms = dict(super().generator_loss(step))
            if when(step) and how == "loss":
                terms["adversarial"] = terms["adversarial"] * torch.nan
            elif when(step):  # the derivative of a root at 0 is infinite
                terms["root"] = (self.generator.net[0].weight[0, 0] * 0).sqrt()
            return terms

    gan = toy_gan()
    return Wrong(gan.generator, gan.discriminator, gan.loss)


def without(steps):
    """The same game, whose generator does not learn in those steps."""
    gan = toy_gan()
    for phase in gan.phases:
        if phase.name == "generator":
            object.__setattr__(phase, "every", lambda step: step not in steps)
    return gan


def fit(gan, **settings):
    trainer = toy_trainer(gan, **settings)
    trainer.fit()
    return trainer


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("how", ["loss", "gradient"])
@pytest.mark.parametrize("bad", [{0}, {3, 4, 7}])
def test_a_skipped_update_is_as_if_it_had_not_been(optimizer, how, bad):
    """Weights, moments and the optimizer's count of steps: the run equals one in which that phase was not due."""
    chosen = dict.fromkeys(("generator", "discriminator"), OPTIMIZERS[optimizer])
    gan = going_wrong(lambda step: step.index in bad, how)
    skipping = fit(gan, steps=12, optimizers=chosen, on_not_finite="skip")
    never_due = fit(without(bad), steps=12, optimizers=chosen)
    assert torch.equal(weights(skipping.gan), weights(never_due.gan))
    there, wanted = (trainer.updaters["generator"].state() for trainer in (skipping, never_due))
    assert int(there.pop("skipped|generator")) == len(bad)
    assert int(there.pop("skipped in a row|generator")) == 0
    assert there.keys() == wanted.keys()
    assert all(torch.equal(there[name], value) for name, value in wanted.items())


def test_without_faults_skipping_changes_nothing():
    assert torch.equal(
        weights(fit(toy_gan(dropout=0.2, norm=True), on_not_finite="skip").gan),
        weights(fit(toy_gan(dropout=0.2, norm=True)).gan),
    )


def test_buffers_that_a_bad_step_has_touched_are_put_back():
    class Poisoned(type(toy_gan())):
        def generator_loss(self, step):
            terms = super().generator_loss(step)
            if step.index == 4:
                self.generator.net[1].running_mean.data.fill_(torch.nan)
                return {name: term * torch.nan for name, term in terms.items()}
            return terms

    gan = toy_gan(norm=True)
    trainer = fit(Poisoned(gan.generator, gan.discriminator, gan.loss), on_not_finite="skip")
    assert torch.isfinite(weights(trainer.gan)).all()
    assert torch.isfinite(weights(trainer.ema.shadows)).all()


def test_skipped_updates_are_counted_and_shown(tmp_path, capfd):
    gan = going_wrong(lambda step: step.index in {2, 7})
    fit(gan, run=tmp_path, document={}, steps=12, log_every=4, on_not_finite="skip")
    lines = [json.loads(line)["values"] for line in (tmp_path / "logs/metrics.jsonl").read_text().splitlines()]
    assert [values["skipped/generator"] for values in lines] == [1, 2, 2]
    assert all(values["generator/adversarial"] == pytest.approx(0.7, abs=0.2) for values in lines)
    assert capfd.readouterr().err.count("skipped/generator 2") == 2


def test_a_run_that_skips_is_resumed_exactly(tmp_path):
    def run(folder, steps):
        gan = going_wrong(lambda step: step.index in {2, 7, 11})
        return fit(gan, run=tmp_path / folder, document={}, steps=steps, log_every=4, on_not_finite="skip")

    unbroken = run("unbroken", 16)
    run("broken", 9)
    resumed = run("broken", 16)
    assert torch.equal(weights(unbroken.gan), weights(resumed.gan))
    assert int(resumed.updaters["generator"].guard.skipped["generator"]) == 3


def test_where_every_update_is_skipped_the_run_stops(tmp_path):
    gan = going_wrong(lambda step: step.index >= 10)
    with pytest.raises(ganfw.GanfwError) as caught:
        fit(gan, run=tmp_path, document={}, steps=100, log_every=10, on_not_finite="skip")
    assert str(caught.value) == (
        "training stopped at step 20: each of the last 10 updates of 'generator' was skipped, because its loss or "
        "gradient was not finite, so it learns nothing. A smaller learning rate (optimizers.<name>.lr) or float32 "
        "(trainer.precision=float32) usually helps."
    )


@pytest.mark.parametrize("broken_at", [None, 6, 15])
def test_few_updates_between_two_boundaries_add_up(tmp_path, broken_at):
    """Also over an end of the run in between, after which the count goes on."""

    def run(steps):
        gan = going_wrong(lambda step: step.index >= 5)
        return fit(gan, run=tmp_path, document={}, steps=steps, log_every=3, on_not_finite="skip")

    if broken_at is not None:
        assert run(broken_at - 1).step == broken_at - 1
    with pytest.raises(ganfw.GanfwError, match="stopped at step 15: each of the last 10 updates of 'generator' was"):
        run(100)


def test_a_streak_shorter_than_between_two_boundaries_is_no_end():
    gan = going_wrong(lambda step: 5 <= step.index < 20)
    assert fit(gan, steps=40, log_every=20, on_not_finite="skip").step == 40


def test_a_run_that_has_stopped_goes_on_by_skipping(tmp_path):
    def bad(step):
        return step.index == 7

    with pytest.raises(ganfw.GanfwError, match=r"the same command with trainer\.on_not_finite=skip leaves out"):
        fit(going_wrong(bad), run=tmp_path, steps=12, checkpoint_every=4, document={})
    assert fit(going_wrong(bad), run=tmp_path, steps=12, document={}, on_not_finite="skip").step == 12


def rolling(folder, steps, when=lambda step: step.index == 9 and step.seed == 0, **settings):
    settings = {"checkpoint_every": 4, "log_every": 2, "on_not_finite": "roll-back", **settings}
    return fit(going_wrong(when), run=folder, document={}, steps=steps, **settings)


def test_a_run_goes_back_and_on_with_other_randomness(tmp_path, capfd):
    trainer = rolling(tmp_path, 20)
    _, facts = Checkpoints(tmp_path / "checkpoints").newest()
    assert (trainer.step, facts["step"], facts["rolled_back"]) == (20, 20, 1)
    said = capfd.readouterr().err
    assert (
        "a loss was not finite at step 10 or before: back to the checkpoint of step 8, with other randomness (1 of at "
        "most 3 times)"
    ) in said
    assert "rolled_back 1" in said
    lines = [json.loads(line) for line in (tmp_path / "logs/metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(2, 21, 2))
    assert [line["values"].get("rolled_back", 0) for line in lines] == [0] * 4 + [1] * 6


@pytest.mark.parametrize("broken_at", [4, 8, 11, 16])
def test_a_run_that_goes_back_is_resumed_exactly(tmp_path, broken_at):
    unbroken = rolling(tmp_path / "unbroken", 20)
    rolling(tmp_path / "broken", broken_at)
    assert torch.equal(weights(unbroken.gan), weights(rolling(tmp_path / "broken", 20).gan))


def test_the_first_steps_too_have_something_to_go_back_to(tmp_path):
    assert rolling(tmp_path, 6, lambda step: step.index == 1 and step.seed == 0).rolled_back == 1


def test_a_run_that_goes_wrong_each_time_stops(tmp_path):
    with pytest.raises(ganfw.GanfwError) as caught:
        rolling(tmp_path, 20, lambda step: step.index == 9, roll_backs=2)
    assert str(caught.value).startswith(
        "training stopped at step 10: 'generator' has a term 'adversarial' that is nan."
    )
    assert str(caught.value).endswith(" It has gone back 2 times, as often as trainer.roll_backs=2 lets it.")
    assert Checkpoints(tmp_path / "checkpoints").newest()[1]["step"] == 8


def test_weights_that_are_not_finite_lead_back_too(tmp_path):
    """A gradient that is not finite breaks the weights before any loss shows it."""

    class Wrong(type(toy_gan())):
        def after_step(self, mean):
            if self.learned == 8 and not self.once:
                with torch.no_grad():
                    self.generator.net[0].weight[0, 0] = torch.inf
                Wrong.once = True

        once = False

        @property
        def learned(self):
            return self.trainer.step + 1

    gan = toy_gan()
    gan = Wrong(gan.generator, gan.discriminator, gan.loss)
    trainer = toy_trainer(gan, run=tmp_path, document={}, steps=12, checkpoint_every=4, on_not_finite="roll-back")
    object.__setattr__(gan, "trainer", trainer)
    trainer.fit()
    assert (trainer.step, trainer.rolled_back) == (12, 1)


def test_going_back_needs_a_run_folder():
    with pytest.raises(ganfw.GanfwError) as caught:
        fit(toy_gan(), on_not_finite="roll-back")
    assert str(caught.value) == (
        "trainer.on_not_finite=roll-back goes back to a checkpoint, and without a run folder there is none. Give the "
        "trainer run=FOLDER, or trainer.on_not_finite=skip."
    )
