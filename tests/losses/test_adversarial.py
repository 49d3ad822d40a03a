"""Values and gradients of the adversarial losses. Goldens: SYSTEMS-images section 1, its inputs r and f."""

import pytest
import torch

from ganfw_losses import Hinge, LeastSquares, Minimax, NonSaturating, RpGAN, Wasserstein

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
}
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


@pytest.mark.parametrize("loss", [Minimax(), NonSaturating(), NonSaturating(0.9), RpGAN()])
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
