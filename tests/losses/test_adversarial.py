"""Values and gradients of the adversarial losses. Goldens: the papers' formulas on r and f, computed apart
from this code.
"""

import pytest
import torch

from ganfw_losses import (
    FGAN,
    BoundarySeeking,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticAverage,
    RpGAN,
    Wasserstein,
)

R, F = [2.0, 0.5, -1.0], [-1.5, 0.25, 1.0]

GOLDENS = {
    "minimax": (Minimax(), 1.41829369, -0.78020480),
    "non-saturating": (NonSaturating(), 1.41829369, 0.86353813),
    "one-sided smoothing": (NonSaturating(real_label=0.9), 1.46829369, 0.86353813),
    "least squares 0, 1, 1": (LeastSquares(), 1.42708333, 1.13541667),
    "least squares -1, 1, 0": (LeastSquares(a=-1, b=1, c=0), 1.84375, 0.55208333),
    "least squares without a half": (LeastSquares(scale=1), 2.85416667, 2.27083333),
    "wasserstein": (Wasserstein(), -0.58333333, 0.08333333),
    "hinge": (Hinge(), 1.91666667, 0.08333333),
    "rpgan": (RpGAN(), 0.91087262, 1.49420595),
    "relativistic average, bce": (RelativisticAverage(), 1.16358426, 2.33025093),
    "relativistic average, least squares": (RelativisticAverage("least-squares"), 2.94444444, 7.61111111),
    "relativistic average, hinge": (RelativisticAverage("hinge"), 1.52777778, 3.16666667),
    "boundary seeking": (BoundarySeeking(), 1.41829369, 0.55208333),
}
F_GAN = {  # the discriminator, the generator, the generator's alternative
    "kl": (0.01815052, -0.51815052, 0.08333333),
    "reverse-kl": (0.07004926, 1.08333333, 1.87612310),
    "pearson": (-0.30729167, -0.19270833, 0.08333333),
    "squared-hellinger": (0.56186173, -0.40847914, 0.87612310),
    "jensen-shannon": (0.03199933, -0.08705761, 0.17039095),
    "gan": (1.41829369, -0.78020480, 0.86353813),
    "total-variation": (-0.09386434, -0.01689409, -0.01689409),
}
for divergence, (discriminator, generator, alternative) in F_GAN.items():
    GOLDENS[f"f-gan, {divergence}"] = (FGAN(divergence), discriminator, generator)
    GOLDENS[f"f-gan, {divergence}, alternative"] = (FGAN(divergence, alternative=True), discriminator, alternative)
PRECISIONS = pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-6), (torch.float32, 1e-4)])


def near(value, golden, atol):
    torch.testing.assert_close(value, torch.tensor(golden, dtype=value.dtype), atol=atol, rtol=0)


def leaf(values, dtype=torch.float64):
    return torch.tensor(values, dtype=dtype, requires_grad=True)


@PRECISIONS
@pytest.mark.parametrize("name", GOLDENS)
def test_values(name, dtype, atol):
    loss, discriminator, generator = GOLDENS[name]
    real, fake = torch.tensor(R, dtype=dtype), torch.tensor(F, dtype=dtype)
    near(loss.discriminator(real, fake), discriminator, atol)
    near(loss.generator(fake, real), generator, atol)
    if not loss.compares:
        near(loss.generator(fake), generator, atol)


@PRECISIONS
@pytest.mark.parametrize(
    ("loss", "golden"),
    [
        (NonSaturating(), [-0.03973431, -0.12584689, -0.24368619]),
        (Minimax(), [-0.03973431, -0.12584689, -0.24368619]),
        (Hinge(), [0, -1 / 3, -1 / 3]),
        (LeastSquares(), [0.33333333, -0.16666667, -0.66666667]),
    ],
)
def test_gradients_at_real_logits(loss, golden, dtype, atol):
    real = leaf(R, dtype)
    loss.discriminator(real, torch.tensor(F, dtype=dtype)).backward()
    near(real.grad, golden, atol)


@PRECISIONS
@pytest.mark.parametrize(
    ("loss", "golden"),
    [
        (Minimax(), [-0.06080851, -0.18739217, -0.24368619]),
        (NonSaturating(), [-0.27252483, -0.14594117, -0.08964714]),
    ],
)
def test_gradients_of_the_generator(loss, golden, dtype, atol):
    fake = leaf(F, dtype)
    loss.generator(fake).backward()
    near(fake.grad, golden, atol)


@pytest.mark.parametrize("loss", [RpGAN(), Wasserstein()], ids=["rpgan", "wasserstein"])
def test_a_constant_added_to_the_discriminator_changes_nothing(loss):
    real, fake = torch.tensor(R), torch.tensor(F)
    torch.testing.assert_close(loss.discriminator(real + 3, fake + 3), loss.discriminator(real, fake))


def test_rpgan_generator_is_invariant_to_a_constant_and_swaps_with_the_discriminator():
    loss, real, fake = RpGAN(), torch.tensor(R), torch.tensor(F)
    torch.testing.assert_close(loss.generator(fake + 3, real + 3), loss.generator(fake, real))
    torch.testing.assert_close(loss.discriminator(real, fake), loss.generator(real, fake))
    near(loss.discriminator(real, real), 0.69314718, 1e-6)  # log 2 where the players tie


def test_hinge_gives_no_gradient_beyond_the_margin():
    real, fake = leaf([1.5, 4.0, 0.5]), leaf([-1.5, -4.0, -0.5])
    Hinge().discriminator(real, fake).backward()
    near(real.grad, [0, 0, -1 / 3], 1e-12)
    near(fake.grad, [0, 0, 1 / 3], 1e-12)


@pytest.mark.parametrize("codes", [(0, 1, 1), (-1, 1, 0)])
def test_least_squares_is_minimal_at_its_codes(codes):
    loss, (a, b, c) = LeastSquares(*codes), codes
    real, fake, aimed = leaf([b] * 3), leaf([a] * 3), leaf([c] * 3)
    value = loss.discriminator(real, fake) + loss.generator(aimed)
    value.backward()
    assert value == 0
    assert not torch.cat([real.grad, fake.grad, aimed.grad]).any()


@pytest.mark.parametrize("loss", [
    Minimax(), NonSaturating(), NonSaturating(0.9), RpGAN(), RelativisticAverage(), *map(FGAN, F_GAN),
])  # fmt: skip
def test_extreme_logits_stay_finite(loss):
    real, fake = leaf([1e4, -1e4]), leaf([-1e4, 1e4])
    value = loss.discriminator(real, fake) + loss.generator(fake, real)
    value.backward()
    assert torch.isfinite(torch.stack([value, *real.grad, *fake.grad])).all()


@pytest.mark.parametrize("name", GOLDENS)
def test_logits_may_have_further_axes(name):
    loss = GOLDENS[name][0]
    real, fake = torch.randn(4, 1, 3, 3), torch.randn(4, 1, 3, 3)
    torch.testing.assert_close(loss.discriminator(real, fake), loss.discriminator(real.flatten(), fake.flatten()))
    assert loss.generator(fake, real).shape == ()


def test_rpgan_without_real_logits_says_what_to_do():
    with pytest.raises(ValueError, match="compares fake with real logits") as error:
        RpGAN().generator(torch.tensor(F))
    assert str(error.value) == (
        "rpgan's generator loss compares fake with real logits, but was given no real ones. "
        "Call generator(fake, real); a game does so for every loss with compares = True."
    )


# v* with g(v*) = T* = f'(p/q), and the divergence of P = (.7, .3) from Q = (.4, .6), in closed form.
EXACT = {
    "kl": ([1.55961579, 0.30685282], 0.18378690),
    "reverse-kl": ([0.55961579, -0.69314718], 0.19204199),  # v = -log(-T*), T* = -q/p
    "pearson": ([1.5, -1.0], 0.375),
    "jensen-shannon": ([0.55961579, -0.69314718], 0.09240166),  # log(p/q)
    "squared-hellinger": ([0.27980789, -0.34657359], 0.09317134),  # half of log(p/q)
    "gan": ([0.55961579, -0.69314718], -1.29389270),
}


@pytest.mark.parametrize("divergence", EXACT)
def test_the_bound_is_the_divergence_at_the_best_discriminator(divergence):
    logits, wanted = EXACT[divergence]
    ours, theirs = torch.tensor([0.7, 0.3], dtype=torch.float64), torch.tensor([0.4, 0.6], dtype=torch.float64)
    activation, bound = FGAN(divergence)._functions
    logits = torch.tensor(logits, dtype=torch.float64)
    near((ours * activation(logits)).sum() - (theirs * bound(logits)).sum(), wanted, 1e-7)


def test_total_variation_is_reached_in_the_limit():
    """T* is half the sign of p - q, which no finite logit gives: 0.3."""
    activation, bound = FGAN("total-variation")._functions
    far = torch.tensor([50.0, -50.0], dtype=torch.float64)
    ours, theirs = torch.tensor([0.7, 0.3]), torch.tensor([0.4, 0.6])
    near((ours * activation(far)).sum() - (theirs * bound(far)).sum(), 0.3, 1e-6)


def test_relativistic_average_without_real_logits_says_what_to_do():
    with pytest.raises(ValueError, match="compares fake with real logits") as error:
        RelativisticAverage().generator(torch.tensor(F))
    assert str(error.value) == (
        "relativistic-average's generator loss compares fake with real logits, but was given no real ones. "
        "Call generator(fake, real); a game does so for every loss with compares = True."
    )


def test_relativistic_average_is_invariant_to_a_constant_and_swaps_roles():
    for kind in ("bce", "least-squares", "hinge"):
        loss, real, fake = RelativisticAverage(kind), torch.tensor(R), torch.tensor(F)
        torch.testing.assert_close(loss.discriminator(real + 3, fake + 3), loss.discriminator(real, fake))
        torch.testing.assert_close(loss.generator(fake, real), loss.discriminator(fake, real))
