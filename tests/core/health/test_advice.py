"""What a user is told to try is a valid change of the recipe that the run was made from."""

import pytest

from ganfw.config.resolve import resolve
from ganfw.health.advice import firmer, slower


@pytest.mark.parametrize("recipe", ["dcgan", "mlp", "dcgan-wgan-gp", "dcgan-64"])
def test_advice_fits_the_recipe(recipe):
    (stage,) = resolve(recipe, []).stages
    for advice in (
        firmer(stage.document), slower(stage.document, "generator", 10), slower(stage.document, "discriminator", 4),
        "loss.type=rpgan", "loss.type=non-saturating", "augmentation.type=diffaugment",
        "optimizers.generator.max_gradient_norm=10",
    ):  # fmt: skip
        (changed,) = resolve(recipe, advice.split()).stages
        changed.recipe.build(changed.recipe.image.spec())


def test_a_penalty_that_is_there_is_raised():
    (stage,) = resolve("dcgan-wgan-gp", []).stages
    assert firmer(stage.document) == "regularizers.gradient-penalty.weight=100"
