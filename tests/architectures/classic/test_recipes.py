"""Each recipe is read by the real parser, and the GAN that it describes plays every phase once."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

import ganfw
import ganfw_classic
from ganfw.config.yaml import load_file
from ganfw.plugins.registry import registry

RECIPES = {recipe.name: recipe.path for recipe in ganfw_classic.ganfw_register_recipe()}


def read(name):
    settings = load_file(RECIPES[name])
    assert "type" in settings.pop("data")  # whose own package may be absent
    return registry().config("gan", settings["gan"]).model_validate(settings)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_phase_gives_its_networks_finite_gradients(name):
    recipe = read(name)
    spec = replace(recipe.image.spec(), condition=ganfw.Condition("class", 10))  # most networks leave it unused
    gan = recipe.build(spec)
    real, labelled = torch.rand(2, 4, *spec.shape) * 2 - 1
    labels = torch.tensor([0, 9, 3, 3])
    batch = ganfw.Batch({"real": real, "condition": labels, "labelled": labelled, "label": labels})
    for phase in gan.phases:
        step = ganfw.Step(batch)
        step.enter(phase.name)
        gan.zero_grad()
        sum(phase.loss(step).values()).backward()
        for parameter_name, parameter in gan.networks()[phase.networks].named_parameters():
            # A piecewise linear network's slope does not depend on what is added: biases, and what a class gives.
            added = parameter_name.endswith("bias") or parameter_name.startswith("of_class.")
            if parameter.grad is None and added and phase.name.endswith("/r1"):
                continue
            assert parameter.grad is not None, parameter_name
            assert parameter.grad.isfinite().all(), parameter_name
    assert gan.sample(2, rng=torch.Generator()).shape == (2, *spec.shape)


def test_wgan_gp_plays_three_critic_steps_for_one_of_the_generator():
    phases = read("dcgan-wgan-gp").build(ganfw.ImageSpec(32)).phases
    played = [[phase.name for phase in phases if phase.due(index)] for index in range(6)]
    assert played == 2 * (2 * [["discriminator"]] + [["discriminator", "generator"]])


def test_wgan_gp_with_batch_normalisation_is_refused():
    recipe = read("dcgan-wgan-gp")
    batch = recipe.discriminator.model_copy(update={"norm": "batch"})
    with pytest.raises(ValueError, match=r"discriminator.norm=none"):
        recipe.model_copy(update={"discriminator": batch}).build(ganfw.ImageSpec(32))
