"""Toy 4: reconstruction and adversarial phases alternate within one batch (the adversarial autoencoder)."""

import torch
from torch import nn

import ganfw
from ganfw_classic import MLPDiscriminator, MLPGenerator
from ganfw_losses import L2, NonSaturating


class PointEncoder(ganfw.Encoder):
    code_dim = 2

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(4, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 2)
        )

    def forward(self, x, condition=None):
        return self.net(x)


class AdversarialAutoencoder(ganfw.GAN):
    """Makhzani et al. 2016, section 2: the discriminator tells codes from draws of the prior, N(0, 1)."""

    averaged = ("encoder", "decoder")

    def __init__(self):
        super().__init__()
        self.encoder = PointEncoder()
        self.decoder = MLPGenerator(shape=(4,), bounded=False, hidden=(64, 64), latent_dim=2, norm="none")
        self.discriminator = MLPDiscriminator(shape=(2,), hidden=(64, 64))
        self.adversarial, self.distance = NonSaturating(), L2()
        self.phases = [
            ganfw.Phase("reconstruction", ("encoder", "decoder"), self.reconstruction),
            ganfw.Phase("discriminator", "discriminator", self.telling_codes_apart),
            ganfw.Phase("encoder", "encoder", self.fooling),
        ]

    def reconstruction(self, step):
        x = step.batch.real
        return {"distance": self.distance(self.decoder(self.encoder(x)), x)}

    def telling_codes_apart(self, step):
        prior, code = step.noise(len(step.batch), 2), self.encoder(step.batch.real)
        real, fake = self.discriminator(prior).logits[0], self.discriminator(code).logits[0]
        return {"adversarial": self.adversarial.discriminator(real, fake)}

    def fooling(self, step):
        code = self.encoder(step.batch.real)
        return {"adversarial": self.adversarial.generator(self.discriminator(code).logits[0])}

    def sample(self, count, *, rng, condition=None):
        return self.decoder(torch.randn(count, 2, generator=rng))


def surface(count, seed=0):
    """Two numbers, uniform on a square, bent into four dimensions: codes that match the prior have to be unbent."""
    u, v = 2 * torch.rand(2, count, generator=torch.Generator().manual_seed(seed)) - 1
    return torch.stack([u + v, u - v, torch.sin(2 * u), u * v], 1)


def gan():
    torch.manual_seed(0)
    return AdversarialAutoencoder()


def test_reconstructions_are_close_and_codes_match_the_prior(make_trainer, energy_distance):
    data = ganfw.ArrayData(surface(4096))
    trainer = make_trainer(gan(), data, steps=800, batch_size=128, lr=2e-3, betas=(0.5, 0.99))
    x, prior = surface(2000, seed=1), torch.randn(2000, 2, generator=torch.Generator().manual_seed(2))

    @torch.no_grad()
    def measure():
        encoder, decoder = trainer.ema.shadows["encoder"], trainer.ema.shadows["decoder"]
        code = encoder(x)
        unexplained = ((decoder(code) - x).square().mean() / x.var(0).mean()).item()
        return unexplained, energy_distance(code, prior), energy_distance(trainer.sample(2000), x)

    unexplained, codes, samples = measure()
    assert unexplained > 0.9
    assert codes > 0.3
    assert samples > 0.3
    trainer.fit()
    unexplained, codes, samples = measure()
    assert unexplained < 0.03
    assert codes < 0.03
    assert samples < 0.03


def test_the_phases_share_the_encoder_but_not_its_optimizer(make_trainer):
    trainer = make_trainer(gan(), ganfw.ArrayData(surface(128)), steps=1)
    assert list(trainer.updaters) == ["encoder+decoder", "discriminator", "encoder"]


def test_resumes(make_trainer, assert_resumes):
    data = ganfw.ArrayData(surface(1000))
    assert_resumes(lambda run, steps: make_trainer(gan(), data, run=run, steps=steps))
