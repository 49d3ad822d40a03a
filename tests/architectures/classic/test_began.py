"""BEGAN's networks and its balance. Counts: a closed formula over the layer lists of section 3.5 and figure 1."""

import pytest
import torch

import ganfw
from ganfw_classic import BEGANDiscriminator, BEGANGenerator
from ganfw_losses import BEGAN


@pytest.mark.parametrize(
    ("size", "width", "generator", "discriminator"),
    [(64, 128, 1_716_611, 13_405_379), (64, 64, 563_395, 4_011_651), (32, 64, 489_539, 2_310_979)],
)
def test_parameter_counts(size, width, generator, discriminator):
    with torch.device("meta"):
        networks = BEGANGenerator(size=size, width=width), BEGANDiscriminator(size=size, width=width)
    assert [sum(p.numel() for p in network.parameters()) for network in networks] == [generator, discriminator]


def test_the_decoder_ends_linear():
    """A tanh would keep what a large latent makes within [-1, 1]."""
    network = BEGANGenerator(size=16, width=4, latent_dim=6)
    assert network(1000 * torch.randn(4, 6)).abs().max() > 1


def test_the_energy_is_the_mean_absolute_error_of_each_picture():
    network, x = BEGANDiscriminator(size=16, channels=1, width=4, code=6), torch.randn(3, 1, 16, 16)
    verdict = network(x, features=True)
    (code,) = verdict.features[0]
    assert code.shape == (3, 6)
    wanted = torch.stack([(network.decoder(c[None]) - p).abs().mean() for c, p in zip(code, x, strict=True)])
    torch.testing.assert_close(verdict.logits[0], wanted)


def test_latents_are_uniform():
    z = BEGANGenerator(size=8, width=1, latent_dim=2).prior(torch.randn(20_000, 2))
    quantiles = torch.quantile(z[:, 0], torch.tensor([0.0, 0.25, 0.75, 1.0]))
    torch.testing.assert_close(quantiles, torch.tensor([-1.0, -0.5, 0.5, 1.0]), rtol=0, atol=0.03)


def small(**loss):
    torch.manual_seed(0)
    networks = BEGANGenerator(size=8, width=4, latent_dim=4), BEGANDiscriminator(size=8, width=4, code=4)
    return ganfw.TwoPlayerGAN(*networks, BEGAN(**loss))


def train(run, steps, **loss):
    pictures = ganfw.open_data({"type": "shapes", "count": 64}, size=8)
    trainer = ganfw.Trainer(
        small(**loss), pictures, run=run, steps=steps, batch_size=8, sample_every=None, tracker=None,
        checkpoint_every=1000,
    )  # fmt: skip
    trainer.fit()
    return trainer.gan


@pytest.mark.parametrize(("gamma", "grows"), [(1.0, True), (1e-3, False)])
def test_k_grows_where_the_real_energy_is_the_larger_share(gamma, grows):
    """Berthelot et al. 2017, section 3.4: k moves by λ (γ L(x) − L(G(z))). Untrained, both energies are about equal."""
    gan = small(gamma=gamma, rate=0.1)
    gan.loss.k.fill_(0.5)
    logged = {}
    step = ganfw.Step(ganfw.Batch({"real": 2 * torch.rand(8, 3, 8, 8) - 1}))
    step.log = lambda name, value: logged.update({name: value})
    gan.discriminator_loss(step)
    gan.loss.after_step(logged.__getitem__)
    assert (gamma * logged["discriminator/real"] > logged["discriminator/fake"]) == grows
    assert (gan.loss.k > 0.5) == grows


def test_k_and_the_measure_survive_a_resume(tmp_path):
    whole = train(tmp_path / "whole", 8, gamma=0.9, rate=0.03)
    train(tmp_path / "part", 4, gamma=0.9, rate=0.03)
    resumed = train(tmp_path / "part", 8, gamma=0.9, rate=0.03)
    assert 0 < whole.loss.k < 1
    assert (resumed.loss.k, resumed.loss.measure) == (whole.loss.k, whole.loss.measure)


def test_a_size_that_doubling_never_reaches_is_refused():
    with pytest.raises(ganfw.GanfwError) as caught:
        BEGANGenerator(size=48)
    assert str(caught.value) == (
        "image.size=48 cannot be made by BEGAN: it doubles from 8 x 8, so the size is a power of two from 8. "
        "Use image.size=32 or 64."
    )
