"""Classes in MLP and DCGAN: as inputs, projected, and as heads from which the logit may come."""

from __future__ import annotations

import pytest
import torch

import ganfw
from ganfw_classic import (
    DCGANDiscriminator,
    DCGANDiscriminatorConfig,
    DCGANGenerator,
    DCGANGeneratorConfig,
    MLPDiscriminator,
    MLPDiscriminatorConfig,
    MLPGenerator,
    MLPGeneratorConfig,
)

DIGITS = ganfw.ImageSpec(8, 1, ganfw.Condition("class", 3))


def generators(**settings):
    torch.manual_seed(0)
    return [
        DCGANGenerator(size=8, channels=1, width=4, latent_dim=6, **settings),
        MLPGenerator(shape=(1, 8, 8), hidden=(8, 8), latent_dim=6, **settings),
    ]


def discriminators(**settings):
    torch.manual_seed(0)
    return [
        DCGANDiscriminator(size=8, channels=1, width=4, **settings),
        MLPDiscriminator(shape=(1, 8, 8), hidden=(8, 8), **settings),
    ]


@pytest.mark.parametrize("network", generators(classes=3), ids=["dcgan", "mlp"])
def test_another_class_is_another_picture(network):
    z, classes = torch.randn(4, 6), torch.tensor([0, 1, 2, 0])
    with torch.no_grad():
        made = network.eval()(z, classes)
        changed = (made != network(z, classes.roll(1))).flatten(1).any(1)
    assert changed.tolist() == [False, True, True, True]  # the first stays in its class


@pytest.mark.parametrize("player", ["dcgan", "mlp", "dcgan-projection"])
def test_another_class_is_another_verdict(player):
    network = {
        "dcgan": discriminators(classes=3)[0],
        "mlp": discriminators(classes=3)[1],
        "dcgan-projection": DCGANDiscriminator(size=8, channels=1, width=4, classes=3, projection=True),
    }[player].eval()
    x, classes = torch.randn(4, 1, 8, 8), torch.tensor([0, 1, 2, 0])
    with torch.no_grad():
        ours, others = network(x, classes).logits[0], network(x, classes.roll(1)).logits[0]
    assert (ours != others).tolist() == [False, True, True, True]


def test_projection_adds_the_product_of_embedding_and_features():
    """D(x, y) − D(x, y') = ⟨e_y − e_y', φ(x)⟩, φ the last features summed over space."""
    torch.manual_seed(0)
    network = DCGANDiscriminator(size=16, channels=1, width=4, classes=3, projection=True).double().eval()
    x = torch.randn(5, 1, 16, 16).double()
    y, other = torch.tensor([0, 1, 2, 0, 1]), torch.tensor([2, 2, 0, 0, 0])
    verdict = network(x, y, features=True)
    phi, e = verdict.features[0][-1].sum((2, 3)), network.embedding.weight
    gap = verdict.logits[0] - network(x, other).logits[0]
    torch.testing.assert_close(gap, ((e[y] - e[other]) * phi).sum(1))


def test_one_class_without_an_embedding_is_the_unconditional_network():
    torch.manual_seed(0)
    network = DCGANDiscriminator(size=8, channels=1, width=4, classes=1, projection=True).eval()
    plain = DCGANDiscriminator(size=8, channels=1, width=4).eval()
    torch.nn.init.zeros_(network.embedding.weight)
    plain.load_state_dict({name: x for name, x in network.state_dict().items() if "embedding" not in name})
    x = torch.randn(3, 1, 8, 8)
    assert torch.equal(network(x, torch.zeros(3, dtype=torch.int64)).logits[0], plain(x).logits[0])


@pytest.mark.parametrize("network", [*generators(classes=3), *discriminators(classes=3)])
def test_a_missing_class_is_explained(network):
    with pytest.raises(ganfw.GanfwError) as caught:
        network(torch.randn(2, 6) if isinstance(network, ganfw.Generator) else torch.randn(2, 1, 8, 8))
    assert str(caught.value) == (
        "a network that was made for 3 classes got no condition. Give the class of each sample, or build the network "
        "with conditional=false."
    )


@pytest.mark.parametrize("network", discriminators(heads={"class": 3, "code": 5}), ids=["dcgan", "mlp"])
def test_heads_stand_on_the_last_features(network):
    verdict = network(torch.randn(4, 1, 8, 8))
    assert {name: tuple(head.shape) for name, head in verdict.heads.items()} == {"class": (4, 3), "code": (4, 5)}
    assert network.heads == {"class": 3, "code": 5}
    verdict.heads["class"].sum().backward()
    assert network.blocks[0][0].weight.grad.any()
    assert network.judge.weight.grad is None


@pytest.mark.parametrize("network", discriminators(heads={"class": 3}, logit_from="class"), ids=["dcgan", "mlp"])
def test_the_logit_may_be_that_of_all_classes_together(network):
    """Z = logsumexp(l); for l = 1, 2, −0.5 it is 2.37153903 (Salimans et al. 2016, section 5)."""
    with torch.no_grad():
        network.further["class"].weight.zero_()
        network.further["class"].bias.copy_(torch.tensor([1.0, 2.0, -0.5]))
    verdict = network(torch.randn(4, 1, 8, 8))
    torch.testing.assert_close(verdict.logits[0], torch.full((4,), 2.37153903))
    assert not hasattr(network, "judge")


@pytest.mark.parametrize("build", [DCGANDiscriminatorConfig, MLPDiscriminatorConfig])
@pytest.mark.parametrize(("heads", "there"), [({}, "none"), ({"code": 4}, "code")])
def test_a_logit_from_no_head_is_explained(build, heads, there):
    with pytest.raises(ganfw.GanfwError) as caught:
        build(heads=heads, logit_from="class").build(DIGITS)
    assert str(caught.value) == (
        f"discriminator.logit_from=class names a head that is not there: the heads are {there}. Set "
        "discriminator.heads.class to its length."
    )


def test_settings_tell_networks_of_the_classes():
    for config in (DCGANGeneratorConfig, MLPGeneratorConfig):
        assert config(conditional=True).build(DIGITS).classes == 3
        assert config().build(DIGITS).classes == 0
    for config in (DCGANDiscriminatorConfig, MLPDiscriminatorConfig):
        assert config(conditional="concat").build(DIGITS).classes == 3
        assert config().build(DIGITS).classes == 0
    assert DCGANDiscriminatorConfig(conditional="projection").build(DIGITS).projection


@pytest.mark.parametrize(
    ("config", "player"),
    [
        (DCGANGeneratorConfig(conditional=True), "generator"),
        (MLPGeneratorConfig(conditional=True), "generator"),
        (DCGANDiscriminatorConfig(conditional="projection"), "discriminator"),
        (MLPDiscriminatorConfig(conditional="concat"), "discriminator"),
    ],
)
def test_data_without_classes_are_explained(config, player):
    with pytest.raises(ganfw.GanfwError) as caught:
        config.build(ganfw.ImageSpec(8, 1))
    assert str(caught.value) == (
        f"{player}.conditional needs data with classes, and these have none. Say where they are: data.labels=true for "
        "data that ship, data.labels=folders or a column's name for your own; or leave conditional out."
    )
