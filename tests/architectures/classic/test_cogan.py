"""CoGAN: domains share what sees content, and each has pixels of its own."""

import pytest
import torch

import ganfw
from ganfw_classic import CoGANDiscriminator, CoGANGenerator
from ganfw_classic.configs_of_systems import CoGANGeneratorConfig
from ganfw_losses import NonSaturating

DOMAINS = ganfw.Condition("class", 2, ("one", "other"))


def networks():
    torch.manual_seed(0)
    small = {"size": 16, "channels": 1, "domains": 2, "width": 4}
    return CoGANGenerator(**small, latent_dim=6), CoGANDiscriminator(**small)


def test_from_one_latent_the_domains_share_all_but_the_last_layer():
    generator, _ = networks()
    z = torch.randn(3, 6)
    first, second = (generator(z, torch.full((3,), domain)) for domain in (0, 1))
    assert not torch.allclose(first, second)
    hidden = generator.shared(z[:, :, None, None])
    for domain, made in enumerate((first, second)):
        torch.testing.assert_close(made, torch.tanh(generator.own[domain](hidden)))
    generator.own[1].load_state_dict(generator.own[0].state_dict())
    torch.testing.assert_close(generator(z, torch.tensor([0, 1, 0])), generator(z, torch.tensor([1, 0, 1])))


def test_the_discriminator_shares_all_but_the_first_layer():
    """Liu and Tuzel 2016, section 3: sharing the first layers instead would be the wrong way round."""
    _, discriminator = networks()
    x = torch.randn(3, 1, 16, 16)
    for domain in (0, 1):
        found = discriminator(x, torch.full((3,), domain)).logits[0]
        wanted = discriminator.judge(discriminator.shared(discriminator.own[domain](x))).flatten()
        torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize("domain", [0, 1])
def test_a_sample_teaches_the_layers_of_its_own_domain_alone(domain):
    gan = ganfw.TwoPlayerGAN(*networks(), NonSaturating(), condition=DOMAINS)
    batch = ganfw.Batch({"real": torch.randn(4, 1, 16, 16), "condition": torch.full((4,), domain)})
    for name, loss in (("discriminator", gan.discriminator_loss), ("generator", gan.generator_loss)):
        gan.zero_grad()
        loss(ganfw.Step(batch))["adversarial"].backward()
        own = [layer.weight.grad.abs().max() for layer in getattr(gan, name).own]
        assert own[domain] > 0
        assert own[1 - domain] == 0
        assert all(p.grad.any() for p in getattr(gan, name).shared.parameters())


def test_sampling_draws_the_domains_where_none_is_asked_for():
    gan = ganfw.TwoPlayerGAN(*networks(), NonSaturating(), condition=DOMAINS).eval()

    def sample(condition=None):
        return gan.sample(64, rng=torch.Generator().manual_seed(0), condition=condition)

    drawn = sample()
    first, second = (sample(torch.full((64,), domain)) for domain in (0, 1))
    of_first, of_second = (torch.isclose(drawn, made).flatten(1).all(1) for made in (first, second))
    assert (of_first ^ of_second).all()
    assert 16 < of_first.sum() < 48


def test_domains_are_learned_with_classes_alone():
    with pytest.raises(ganfw.GanfwError) as caught:
        CoGANGeneratorConfig().build(ganfw.ImageSpec(16))
    assert str(caught.value) == (
        "cogan learns from several domains, each a class, but these data have no classes. Give data.type=domains "
        "with a source for each under data.of, or data with labels."
    )
