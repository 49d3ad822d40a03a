"""Each recipe learns on real pictures: a distance to held-out emoji starts bad and ends good.

These proofs are short (16 pixels, narrow networks, one seed); the full runs, with their grids, are in docs/recipes.md.
For scale, on the same measure: the training pictures themselves are at 0.07 from the held-out ones, and their mean
picture, which is what mush would be, at 0.38 in color and 0.31 in grey.
"""

import numpy as np
import pytest
import torch
from distances import sliced_wasserstein

import ganfw
from ganfw.config.resolve import resolve
from ganfw.training.step import Batch

NARROW = ("generator.width=16", "discriminator.width=16")
PROOFS = {
    "dcgan": (("trainer.steps=1000", *NARROW), 0.28),
    "dcgan-64": (
        (
            "trainer.steps=800", "trainer.batch_size=32", "optimizers.generator.lr=8e-4",
            "optimizers.discriminator.lr=8e-4", *NARROW,
        ),
        0.28,
    ),
    "dcgan-wgan-gp": (
        ("trainer.steps=1500", "optimizers.generator.lr=1e-3", "optimizers.discriminator.lr=1e-3", *NARROW),
        0.24,
    ),
    "mlp": (("trainer.steps=400",), 0.22),
    "lsgan": (("trainer.steps=1000", *NARROW), 0.25),
    "wgan": (("trainer.steps=2000", *NARROW), 0.2),
    "dragan": (("trainer.steps=1000", *NARROW), 0.22),
    "ragan": (("trainer.steps=1000", *NARROW), 0.25),
    "bgan": (("trainer.steps=1000", *NARROW), 0.28),
    "f-gan": (("trainer.steps=1000", *NARROW), 0.28),
    "dcgan-ada-lecam": (("trainer.steps=1000", "augmentation.kimg=20", *NARROW), 0.27),
}  # fmt: skip


def pictures(data):
    rows = data.rows(np.arange(len(data)), np.zeros(len(data), np.int64))
    return data.decode(Batch({name: torch.from_numpy(values) for name, values in rows.items()})).real


@pytest.mark.slow
@pytest.mark.parametrize("name", PROOFS)
def test_the_recipe_learns(name):
    overrides, good = PROOFS[name]
    recipe = resolve(name, ["image.size=16", *overrides]).stages[0].recipe
    held_out = pictures(ganfw.open_data("emoji64", size=16, channels=recipe.image.channels, split="test"))
    data = recipe.open_data()
    torch.manual_seed(0)
    gan = recipe.build(data.spec)
    trainer = ganfw.Trainer(gan, data, recipe.trainer, optimizers=recipe.optimizers, seed=recipe.seed)
    before = sliced_wasserstein(trainer.sample(512), held_out)
    trainer.fit()
    after = sliced_wasserstein(trainer.sample(512), held_out)
    assert before > 0.7
    assert after < good


def test_every_shipped_recipe_has_a_proof():
    from ganfw.plugins.registry import registry

    assert set(PROOFS) == set(registry().recipes())


def test_the_distance_is_that_of_shifted_points():
    # Two sets that differ by a shift v: every projection differs by v . a, and E (v . a)^2 = |v|^2 / d over directions.
    points = torch.rand(300, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert sliced_wasserstein(points, points) == 0
    assert sliced_wasserstein(points, points + 0.5, directions=4096) == pytest.approx(0.5, rel=0.05)
