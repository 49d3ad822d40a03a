"""What the recipes hold, and what they explain when a game cannot be made of them."""

import pytest
from encoder_games import ENCODER, GAUSSIAN, GENERATOR, LABELLED, PLAIN

import ganfw

SMALL = {"encoder": {**ENCODER, "code_dim": 2}, "generator": {**GENERATOR, "latent_dim": 2}}
MISTAKES = {
    "bicogan without labels": (
        "bicogan", {}, PLAIN,
        "bicogan needs data with classes or other factors, and these have none. Say where they are: data.labels=true "
        "for data that ship, data.labels=folders or a column's name for your own; or set gan=bigan.",
    ),
    "bicogan without room for the class": (
        "bicogan", {"encoder": ENCODER}, LABELLED,
        "encoder.code_dim=4, but the generator takes latents of length 4 and 3 more tell the condition. Set "
        "encoder.code_dim=7.",
    ),
    "a code of another length": (
        "aae", {"encoder": {**ENCODER, "code_dim": 5}}, PLAIN,
        "encoder.code_dim=5, but the generator takes codes of length 4. Set encoder.code_dim=4.",
    ),
    "a point encoder in a vae": (
        "vae", {"encoder": ENCODER}, PLAIN,
        "vae needs a Gaussian encoder, which gives mean and variance of each code, but PointEncoder gives one code. "
        "Set encoder.head=gaussian.",
    ),
    "uniform latents in a vae": (
        "vae", {"generator": {**GENERATOR, "prior": "uniform"}}, PLAIN,
        "vae holds its codes to the standard normal distribution, but MLPGenerator draws its latents from another. Set "
        "generator.prior=normal.",
    ),
    "uniform latents in a vae-gan": (
        "vae-gan", {"generator": {**GENERATOR, "prior": "uniform"}}, PLAIN,
        "vae-gan holds its codes to the standard normal distribution, but MLPGenerator draws its latents from another. "
        "Set generator.prior=normal.",
    ),
    "a long code on a mixture in the plane": (
        "aae", {"prior": "mixture"}, PLAIN,
        "prior=mixture is in the plane, but the generator takes codes of length 4. Set generator.latent_dim=2 "
        "encoder.code_dim=2.",
    ),
    "labels for a prior of one piece": (
        "aae", {"label_informed": True}, LABELLED,
        "label_informed needs a prior with components. Set prior=mixture or prior=swiss-roll.",
    ),
    "labels that are not there": (
        "aae", {**SMALL, "prior": "mixture", "label_informed": True}, PLAIN,
        "label_informed needs data with classes, and these have none. Say where they are: data.labels=true for data "
        "that ship, data.labels=folders or a column's name for your own.",
    ),
    "no room for a style": (
        "aae-semi-supervised", {"classes": 4}, PLAIN,
        "generator.latent_dim=4 leaves no room for a style beside 4 classes. Set generator.latent_dim=14 "
        "encoder.code_dim=14.",
    ),
    "consistency of pairs": (
        "bigan", {"regularizers": {"cr": {}}}, PLAIN,
        "regularizers.cr changes samples and asks the discriminator again, but that of bigan judges pairs of a sample "
        "and its code. Leave the term out: regularizers.cr=null.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_explained(case, game):
    name, changes, spec, message = MISTAKES[case]
    with pytest.raises(ganfw.GanfwError) as caught:
        game(name, spec=spec, **changes)
    assert str(caught.value) == message


def test_few_labels_have_to_come_with_the_data(game):
    gan = game("aae-semi-supervised")
    unlabelled = ganfw.Step(ganfw.Batch({"real": gan.sample(2, rng=_rng()).detach()}))
    with pytest.raises(ganfw.GanfwError) as caught:
        gan.phases[-1].loss(unlabelled)
    assert str(caught.value) == (
        "a term learns from the few samples that are labelled, but the data bring none apart. Give "
        "data.type=semi-supervised, with the labelled data under data.data."
    )


def test_codes_without_a_class_cannot_classify(game):
    with pytest.raises(ganfw.GanfwError) as caught:
        game("aae").classify(None)
    assert str(caught.value) == ("the codes of this game hold no class; train gan=aae-semi-supervised to have one")


@pytest.mark.parametrize("loss", ["hinge", "rpgan", "wasserstein", "least-squares"])
@pytest.mark.parametrize("name", ["aae", "bigan", "vae-gan"])
def test_another_loss_is_another_recipe(name, loss, game, step):
    gan = game(name, loss=loss)
    for phase in gan.phases:
        assert sum(phase.loss(step()).values()).isfinite()


def test_an_encoder_that_draws_makes_bigan_ali(game, step):
    gan = game("bigan", encoder=GAUSSIAN)
    first, second = (gan.plays(step(seed=seed), "generator")[0].encoded for seed in (0, 1))
    assert not first.equal(second)


def test_a_vector_can_be_the_condition(game, step):
    from torch import arange

    spec = ganfw.ImageSpec(8, 1, ganfw.Condition("vector", 2))
    gan = game("bicogan", spec=spec, encoder={**ENCODER, "code_dim": 6}, generator=GENERATOR)
    batch = ganfw.Batch({"real": step().batch.real, "condition": arange(12).reshape(6, 2) / 12})
    terms = gan.generator_loss(ganfw.Step(batch))
    found = gan.find_condition(batch.real)
    assert terms["extrinsic"].item() == (found - batch.condition).square().mean().item()


def _rng():
    import torch

    return torch.Generator().manual_seed(0)


def test_the_example_of_the_packages_page(tmp_path, monkeypatch):
    import re
    from pathlib import Path

    from ganfw.cli.main import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))
    page = (Path(__file__).parents[3] / "packages/architectures/encoders/README.md").read_text()
    with pytest.raises(SystemExit) as stopped:
        main(["train", "aae", "trainer.steps=2", "trainer.batch_size=4", "trainer.sample_count=4"])
    assert stopped.value.code == 0
    names = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)
    assert names["codes"].shape == (16, 15)
    assert names["again"].shape == names["between"].shape == (16, 1, 28, 28)
