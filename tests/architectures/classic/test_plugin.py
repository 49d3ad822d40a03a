"""The plugin's records: settings build networks for a spec, mistakes are explained, and listing imports no torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

import ganfw
import ganfw_classic
from ganfw_classic import (
    DCGANDiscriminatorConfig,
    DCGANGeneratorConfig,
    MLPDiscriminatorConfig,
    MLPGeneratorConfig,
)

RECIPES = {recipe.name: recipe for recipe in ganfw_classic.ganfw_register_recipe()}


def test_importing_and_listing_imports_no_torch():
    code = (
        "import sys, ganfw_classic as c\n"
        "records = [*c.ganfw_register_generator(), *c.ganfw_register_discriminator(), *c.ganfw_register_recipe()]\n"
        "schemas = [getattr(c, name).model_json_schema() for name in c.__all__ if name.endswith('Config')]\n"
        "assert records and schemas\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_network_is_registered_by_name():
    generators = [part.name for part in ganfw_classic.ganfw_register_generator()]
    assert generators == ["dcgan", "mlp", "cgan", "infogan", "began", "cogan", "lapgan"]
    discriminators = [part.name for part in ganfw_classic.ganfw_register_discriminator()]
    assert discriminators == ["dcgan", "mlp", "cgan", "infogan", "ebgan", "began", "cogan", "lapgan"]


def test_settings_arrive_in_the_networks():
    spec = ganfw.ImageSpec(size=16, channels=4)
    generator = DCGANGeneratorConfig(width=2, latent_dim=5, prior="uniform", max_channels=3).build(spec)
    assert (generator.latent_dim, generator.prior_name, generator.stem[0].out_channels) == (5, "uniform", 3)
    assert generator.to_picture.out_channels == 4
    discriminator = DCGANDiscriminatorConfig(width=2, norm="layer", max_channels=3).build(spec)
    assert (discriminator.uses_batch_statistics, discriminator.judge.in_channels) == (False, 3)
    mlp = MLPGeneratorConfig(hidden=(7,), latent_dim=5, norm="none", prior="uniform").build(spec)
    assert (mlp.latent_dim, mlp.prior_name, mlp.to_sample.in_features, mlp.shape) == (5, "uniform", 7, (4, 16, 16))
    assert MLPDiscriminatorConfig(hidden=(7,)).build(spec).judge.in_features == 7


def test_points_get_a_linear_output_and_pictures_tanh():
    assert not MLPGeneratorConfig().build(ganfw.VectorSpec(2)).bounded
    assert MLPGeneratorConfig().build(ganfw.ImageSpec(8)).bounded
    assert MLPGeneratorConfig().build(ganfw.AudioSpec(samples=64, rate=16_000)).bounded


def test_dcgan_explains_a_size_that_it_cannot_make():
    with pytest.raises(ganfw.GanfwError, match=r"image.size=48 .* doubles from 4 x 4.* Use image.size=32 or 64"):
        DCGANGeneratorConfig().build(ganfw.ImageSpec(48))


@pytest.mark.parametrize("config", [DCGANGeneratorConfig(), DCGANDiscriminatorConfig()])
def test_dcgan_refuses_points(config):
    with pytest.raises(ganfw.GanfwError) as caught:
        config.build(ganfw.VectorSpec(2))
    assert str(caught.value) == (
        "DCGAN makes and judges pictures, but the data are described by VectorSpec. Use type: mlp for points, or data "
        "that are pictures."
    )


@pytest.mark.parametrize("config", [MLPGeneratorConfig(), MLPDiscriminatorConfig()])
def test_mlp_refuses_tokens(config):
    with pytest.raises(ganfw.GanfwError) as caught:
        config.build(ganfw.SequenceSpec(length=8, vocabulary=10))
    assert str(caught.value) == (
        "mlp makes and judges real numbers, but the data are tokens (SequenceSpec). Use networks for sequences, or "
        "data that are pictures, sounds or points."
    )


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_recipes_are_short_and_explain_every_key(name):
    lines = RECIPES[name].path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    header = "\n".join(line for line in lines if line.startswith("#"))
    assert f"ganfw train {name}" in header
    sections_aside = [line for line in lines if line.strip() and not line.endswith(":")]
    assert [line for line in sections_aside if "#" not in line] == []


def test_every_shipped_recipe_is_registered():
    folder = RECIPES["dcgan"].path.parent
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.yaml" for name in RECIPES)


@pytest.mark.parametrize("size", [0, -3])
@pytest.mark.parametrize("config", [MLPGeneratorConfig, MLPDiscriminatorConfig])
def test_a_layer_has_a_unit_at_least(config, size):
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        config(hidden=(4, size))
