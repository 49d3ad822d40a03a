"""The roles are abstract: what lacks a method is refused when it is made, not when it is first used."""

import pytest

import ganfw
from ganfw.networks import StyleGenerator


@pytest.mark.parametrize(
    ("role", "methods"),
    [
        (ganfw.Generator, "forward"), (StyleGenerator, "mapping, synthesis"), (ganfw.Discriminator, "forward"),
        (ganfw.Encoder, "forward"), (ganfw.Loss, "discriminator, generator"), (ganfw.Regularizer, "forward"),
        (ganfw.Augmentation, "forward"),
    ],
)  # fmt: skip
def test_a_role_is_no_part(role, methods):
    assert role.__abstractmethods__ == set(methods.split(", "))
    with pytest.raises(TypeError, match=f"abstract class {role.__name__} "):
        role()


def test_a_loss_without_a_generators_objective_is_refused_before_training():
    class Half(ganfw.Loss):
        def discriminator(self, real, fake):
            return real.mean() - fake.mean()

    with pytest.raises(TypeError, match=r"abstract class Half .*generator"):
        Half()
