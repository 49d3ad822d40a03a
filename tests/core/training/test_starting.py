"""What cannot train is refused with a word on what to change, before the first step or at it."""

import numpy as np
import pytest
import torch
from toys import ring, toy_gan, toy_trainer

import ganfw

RNG = np.random.default_rng(0)


def points(length=2, condition=None):
    return ganfw.ArrayData(RNG.standard_normal((32, length)), condition=condition)


def classes(count):
    return np.arange(32) % count


def refusal(do):
    with pytest.raises(ganfw.GanfwError) as caught:
        do()
    return str(caught.value)


@pytest.mark.parametrize(
    ("held_out", "data", "told"),
    [
        (points(3), points(2), "3 without a condition, and the data are 2 without a condition"),
        (points(), points(condition=classes(3)), "2 without a condition, and the data are 2 with 3 classes"),
        (points(condition=classes(4)), points(condition=classes(3)), "2 with 4 classes, and the data are 2 with 3"),
        (
            points(condition=RNG.standard_normal((32, 5))), points(condition=RNG.standard_normal((32, 4))),
            "2 with a vector of 5, and the data are 2 with a vector of 4",
        ),
    ],
)  # fmt: skip
def test_held_out_data_of_another_kind(held_out, data, told):
    message = refusal(lambda: toy_trainer(data=data, held_out=held_out))
    assert message.startswith(f"held_out: the held-out data do not fit the data: they are {told}")
    assert message.endswith("Open both alike (held_out.labels=folders where data.labels=folders is), or leave it out.")


@pytest.mark.parametrize("condition", [classes(2), classes(3)])
def test_held_out_data_may_lack_classes_and_a_condition_that_nobody_needs_is_no_harm(condition):
    toy_trainer(data=points(condition=classes(3)), held_out=points(condition=condition))
    toy_trainer(data=points(), held_out=points(condition=condition))


def test_two_phases_of_one_name():
    gan = toy_gan()
    gan.phases = [*gan.phases, ganfw.Phase("generator", "generator", gan.generator_loss)]
    assert refusal(lambda: toy_trainer(gan)) == (
        "two phases are called 'generator'. A phase's random numbers and its log go by its name, so both would draw "
        "the same: give each a name of its own, for example ganfw.Phase('generator/2', ...)."
    )


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        (lambda gan: gan.generator.net[0].weight.sum(), "it has returned a Tensor"),
        (lambda gan: 1.5, "it has returned a float"),
        (lambda gan: {}, "it has returned no terms"),
        (lambda gan: {"adversarial": 0.5}, "its term 'adversarial' is a float"),
        (
            lambda gan: {"adversarial": gan.generator.net[0].weight},
            "its term 'adversarial' is a tensor of shape (32, 4)",
        ),
        (lambda gan: {"adversarial": torch.zeros(())}, "none of its terms (adversarial) has a gradient"),
    ],
)
def test_a_phase_that_returns_no_terms(returned, told):
    class Odd(type(toy_gan())):
        def generator_loss(self, step):
            return returned(self)

    gan = toy_gan()
    odd = Odd(gan.generator, gan.discriminator, gan.loss)
    message = refusal(toy_trainer(odd, steps=1).fit)
    assert message == (
        f"phase 'generator': {told}. A phase's loss returns scalar tensors by name, of which one or more depend on "
        "generator: return {'adversarial': loss.mean()}, for example."
    )


@pytest.mark.parametrize(("batch_size", "micro_batches"), [(1, 1), (4, 4)])
def test_batch_normalisation_of_one_sample(batch_size, micro_batches):
    trainer = toy_trainer(toy_gan(norm=True), batch_size=batch_size, micro_batches=micro_batches, steps=1)
    assert refusal(trainer.fit) == (
        f"phase 'discriminator': batch normalisation needs two samples or more, and trainer.batch_size={batch_size} in "
        f"{micro_batches} part(s) leaves it one. Give trainer.batch_size={2 * micro_batches} or more, fewer "
        "trainer.micro_batches, or networks without it (generator.norm=none, where they have that)."
    )


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"steps": -1}, "steps   has to be at least 1, got -1"),
        ({"steps": "x"}, 'steps   expected an integer, got "x"'),
        ({"batch_size": 0}, "batch_size   has to be at least 1, got 0"),
        ({"precision": "fp64"}, 'precision   expected "auto", "float32", "bf16" or "fp16", got "fp64"'),
    ],
)
def test_settings_by_keyword_that_are_out_of_range(settings, problem):
    message = refusal(lambda: ganfw.Trainer(toy_gan(), ring(), **settings))
    assert message.startswith(f"Trainer has a problem:\n\n  {problem}")
