"""The discrete game: samples are drawn, probabilities are exact, and the policy gradient is that of equation 10."""

import itertools

import torch

import ganfw
from ganfw_classic import DiscreteBGAN, MLPDiscriminator, MLPGenerator
from ganfw_classic.discrete import drawn, log_probability
from ganfw_losses import BoundarySeeking, importance_weights

SHAPE = (1, 2, 2)


def game(samples=4):
    torch.manual_seed(0)
    generator = MLPGenerator(shape=SHAPE, hidden=(16,), latent_dim=4)
    return DiscreteBGAN(
        samples=samples, generator=generator, discriminator=MLPDiscriminator(shape=SHAPE, hidden=(32,)),
        loss=BoundarySeeking(),
    )  # fmt: skip


def test_weights_are_those_of_the_ratio_of_densities():
    """The softmax of the logits over the samples, worked out by hand."""
    weights = importance_weights(torch.tensor([[-1.5], [0.25], [1.0]]))
    torch.testing.assert_close(weights[:, 0], torch.tensor([0.05280641, 0.30387988, 0.64331371]))


def test_probabilities_sum_to_one():
    mean = torch.tanh(torch.randn(3, *SHAPE))
    every = (
        torch.tensor(list(itertools.product((-1.0, 1.0), repeat=4))).reshape(1, 16, *SHAPE).expand(3, -1, -1, -1, -1)
    )
    torch.testing.assert_close(log_probability(every, mean).exp().sum(1), torch.ones(3))


def test_drawn_values_have_the_mean_that_was_asked_for():
    mean = torch.tensor([-1.0, -0.5, 0.0, 0.8, 1.0])
    x = drawn(mean, torch.rand(20_000, 5, generator=torch.Generator().manual_seed(0)))
    assert set(x.unique().tolist()) == {-1.0, 1.0}
    torch.testing.assert_close(x.mean(0), mean, rtol=0, atol=0.02)
    assert (x[:, 0] == -1).all()
    assert (x[:, 4] == 1).all()


def test_a_certain_pixel_that_came_out_the_other_way_leaves_the_gradient_finite():
    mean = torch.tensor([1.0, -1.0]).reshape(1, 1, 1, 2).requires_grad_()
    log_probability(-mean.detach()[:, None], mean).sum().backward()
    assert mean.grad.isfinite().all()


def test_the_generators_loss_is_the_weighted_log_probability():
    """L_G = −E[Σₘ w̃ₘ log g(xₘ | z)], with samples and weights taken again from the step's own randomness."""
    gan = game()
    step = ganfw.Step(ganfw.Batch({"real": torch.ones(3, *SHAPE)}))
    step.enter("generator")
    found = gan.generator_loss(step)["policy"]
    step.enter("generator")
    mean = gan.generator(gan.generator.prior(step.noise(3, 4)))
    x = drawn(mean[:, None], step.uniform(3, 4, *SHAPE))
    total = 0
    for row in range(3):
        weights = gan.discriminator(x[row]).logits[0].softmax(0).detach()
        bits = torch.distributions.Bernoulli((1 + mean[row]) / 2)
        total -= sum(weights[m] * bits.log_prob((1 + x[row, m]) / 2).sum() for m in range(4))
    torch.testing.assert_close(found, total / 3)
    torch.testing.assert_close(
        torch.autograd.grad(found, list(gan.generator.parameters())),
        torch.autograd.grad(total / 3, list(gan.generator.parameters())), rtol=1e-4, atol=1e-6,
    )  # fmt: skip


def test_both_players_see_binary_pictures():
    gan = game()
    (play,) = gan.plays(ganfw.Step(ganfw.Batch({"real": torch.ones(6, *SHAPE)})), "discriminator")
    assert set(play.fake.unique().tolist()) <= {-1.0, 1.0}
    gan.eval()
    made, again = (gan.sample(8, rng=torch.Generator().manual_seed(0)) for _ in range(2))
    assert set(made.unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(made, again)


def stripes(count=512):
    """Half of the pictures are rows, half are columns: no product of single pixels."""
    kinds = torch.tensor([[1.0, 1, -1, -1], [-1, -1, 1, 1], [1, -1, 1, -1], [-1, 1, -1, 1]])
    return ganfw.ArrayData(kinds[torch.arange(count) % 4].reshape(-1, *SHAPE), spec=ganfw.ImageSpec(2, 1))


def train(run, steps):
    adam = ganfw.AdamConfig(lr=3e-3, betas=(0.0, 0.99))
    trainer = ganfw.Trainer(
        game(samples=8), stripes(), run=run, steps=steps, batch_size=64, sample_every=None, tracker=None,
        optimizers={"generator": adam, "discriminator": adam}, log_every=1000,
    )  # fmt: skip
    trainer.fit()
    return trainer


def test_it_learns_a_distribution_that_no_product_of_pixels_is():
    trainer = train(None, 400)
    rows = trainer.sample(1000).flatten(1).cpu()
    kinds = stripes(4).rows(range(4), range(4))["real"].reshape(4, 4)
    shares = [(rows == torch.as_tensor(kind)).all(1).float().mean().item() for kind in kinds]
    assert sum(shares) > 0.8  # of 16 pictures, 4 are wanted: chance is a quarter
    assert min(shares) > 0.08


def test_resumes_bit_for_bit(tmp_path):
    whole, _ = train(tmp_path / "whole", 6), train(tmp_path / "part", 3)
    resumed = train(tmp_path / "part", 6)
    ours, theirs = whole.gan.state_dict(), resumed.gan.state_dict()
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []
