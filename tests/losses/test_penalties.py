"""The mathematics of the gradient penalties. Goldens: in closed form, for D(x) = ½ xᵀAx and linear D."""

import pytest
import torch
from torch import nn

from ganfw_losses import WeightClip, dragan_penalty, gradient_penalty, r1_penalty

PRECISIONS = pytest.mark.parametrize(("dtype", "rtol"), [(torch.float64, 1e-8), (torch.float32, 1e-5)])
ALPHA = [0.25, 0.75]  # the share of the reals


def near(value, golden, atol=1e-6, rtol=0.0):
    torch.testing.assert_close(value, torch.tensor(golden, dtype=value.dtype), atol=atol, rtol=rtol)


def r1(discriminator, x):
    x = x.detach().requires_grad_()
    return r1_penalty(discriminator(x).logits[0], x)


@pytest.fixture
def quadratic(networks):
    return networks["Quadratic"]().double()


@pytest.fixture
def smooth(networks):
    torch.manual_seed(0)
    return networks["Tanh"]().double()


@pytest.fixture
def samples():
    return torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-6), (torch.float32, 1e-4)])
def test_r1_and_r2(quadratic, real, fake, dtype, atol):
    quadratic = quadratic.to(dtype)
    near(r1(quadratic, real.to(dtype)), 2.8125, atol)
    near(r1(quadratic, fake.to(dtype)), 11.25, atol)


def test_r1_of_a_linear_discriminator(networks, real):
    near(10 * r1(networks["Linear"](3.0, 4.0).double(), real), 125.0)


def test_r1_differentiates_twice(quadratic, real):
    r1(quadratic, real).backward()
    near(quadratic.A.grad, [[1, -0.0625], [-0.0625, 1.25]])


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-6), (torch.float32, 1e-4)])
def test_gradient_penalty(quadratic, real, fake, dtype, atol):
    judge, alpha = quadratic.to(dtype), torch.tensor(ALPHA, dtype=dtype)
    penalty, norms = gradient_penalty(judge, real.to(dtype), fake.to(dtype), alpha)
    near(norms, [[5.15388203, 1.39754249]], atol)
    near(10 * penalty, 87.06387982, atol)


def test_gradient_penalty_takes_alpha_as_the_share_of_the_real(quadratic, real, fake):
    swapped, _ = gradient_penalty(quadratic, fake, real, torch.tensor(ALPHA, dtype=torch.float64))
    near(10 * swapped, 20.32470798)


@pytest.mark.parametrize(("w", "golden"), [((3.0, 4.0), 160.0), ((0.3, 0.4), 2.5)])
def test_gradient_penalty_of_a_linear_critic(networks, real, fake, w, golden):
    penalty, _ = gradient_penalty(networks["Linear"](*w).double(), real, fake, torch.rand(2))
    near(10 * penalty, golden, 1e-5)


def test_gradient_penalty_towards_zero(quadratic, real, fake):
    penalty, _ = gradient_penalty(quadratic, real, fake, torch.tensor(ALPHA, dtype=torch.float64), target=0.0)
    near(10 * penalty, 142.578125)


def test_one_sided_gradient_penalty(quadratic, networks, real, fake):
    alpha = torch.tensor(ALPHA, dtype=torch.float64)
    penalty, _ = gradient_penalty(quadratic, real, fake, alpha, one_sided=True)
    near(10 * penalty, 87.06387982)  # both norms are above 1
    penalty, norms = gradient_penalty(networks["Linear"](0.3, 0.4).double(), real, fake, alpha, one_sided=True)
    near(10 * penalty, 0.0)
    near(norms, [[0.5, 0.5]])


U, NEAR = [[0.2, 0.6], [0.8, 0.4]], [0.5, 1.0]


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-6), (torch.float32, 1e-4)])
def test_dragan(quadratic, real, dtype, atol):
    u, alpha = torch.tensor(U, dtype=dtype), torch.tensor(NEAR, dtype=dtype)
    penalty, norms = dragan_penalty(quadratic.to(dtype), real.to(dtype), u, alpha)
    near(norms, [[2.57874357, 1.90950259]], atol)
    near(10 * penalty, 16.59813104, atol)


def test_dragan_without_perturbation_is_on_the_reals(quadratic, real):
    penalty, _ = dragan_penalty(quadratic, real, torch.zeros(2, 2), torch.ones(2))
    x = real.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(quadratic(x).logits[0].sum(), x)
    near(penalty, (gradient.norm(dim=1) - 1).square().mean().item())


def test_gradient_penalty_sums_over_judges(networks, real, fake):
    alpha = torch.tensor(ALPHA, dtype=torch.float64)
    both, norms = gradient_penalty(networks["Quadratic"]((1.0, 2.0)).double(), real, fake, alpha)
    each = [gradient_penalty(networks["Quadratic"]((k,)).double(), real, fake, alpha)[0] for k in (1.0, 2.0)]
    torch.testing.assert_close(both, sum(each))
    assert norms.shape == (2, 2)


def test_gradient_penalty_at_a_flat_critic_has_a_finite_gradient(networks, real, fake):
    critic = networks["Linear"](0.0, 0.0).double()
    gradient_penalty(critic, real, fake, torch.rand(2))[0].backward()
    assert torch.isfinite(critic.w.grad).all()


def test_gradient_penalty_refuses_unequal_counts(quadratic, real, fake):
    with pytest.raises(ValueError, match="pairs each real") as error:
        gradient_penalty(quadratic, real, fake[:1], torch.rand(2))
    assert str(error.value) == (
        "the gradient penalty pairs each real sample with one fake, but real is (2, 2) and fake is (1, 2). "
        "Generate as many fakes as there are real samples, of the same size."
    )


def finite_difference_norms(discriminator, x, step=1e-5):
    """‖∇D‖ per sample by central differences, element by element."""
    slopes = []
    for element in torch.eye(x.shape[1], dtype=x.dtype):
        above, below = (discriminator(x + sign * step * element).logits[0].flatten() for sign in (1, -1))
        slopes.append((above - below) / (2 * step))
    return torch.stack(slopes, 1).norm(dim=1)


def test_penalties_against_finite_differences(smooth, samples):
    norms = finite_difference_norms(smooth, samples)
    torch.testing.assert_close(r1(smooth, samples), norms.square().mean() / 2, atol=1e-8, rtol=0)
    alpha = torch.rand(3, dtype=torch.float64)
    real, fake = samples[:3], samples[3:]
    mixed = alpha[:, None] * real + (1 - alpha[:, None]) * fake
    expected = (finite_difference_norms(smooth, mixed) - 1).square().mean()
    torch.testing.assert_close(gradient_penalty(smooth, real, fake, alpha)[0], expected, atol=1e-8, rtol=0)
    near_real = real + alpha[:, None] * real.std(correction=0) / 2 * mixed
    expected = (finite_difference_norms(smooth, near_real) - 1).square().mean()
    torch.testing.assert_close(dragan_penalty(smooth, real, mixed, alpha)[0], expected, atol=1e-8, rtol=0)


@pytest.mark.parametrize("term", ["r1", "gradient_penalty", "dragan"])
def test_double_backward_against_finite_differences(smooth, samples, term):
    alpha = torch.rand(3, dtype=torch.float64)

    def penalty():
        if term == "r1":
            return r1(smooth, samples)
        if term == "dragan":
            return dragan_penalty(smooth, samples[:3], samples[3:].sigmoid(), alpha)[0]
        return gradient_penalty(smooth, samples[:3], samples[3:], alpha)[0]

    weight, step = smooth.layers[0].weight, 1e-5
    (gradient,) = torch.autograd.grad(penalty(), weight)
    for row, column in [(0, 0), (3, 1), (7, 2)]:
        values = []
        for change in (step, -2 * step):
            with torch.no_grad():
                weight[row, column] += change
            values.append(penalty().detach())
        with torch.no_grad():
            weight[row, column] += step
        torch.testing.assert_close(gradient[row, column], (values[0] - values[1]) / (2 * step), atol=1e-7, rtol=0)


def test_penalties_are_means_over_samples_in_any_order(smooth, samples):
    alpha, order = torch.rand(3, dtype=torch.float64), torch.tensor([2, 0, 1])
    real, fake = samples[:3], samples[3:]
    whole, _ = gradient_penalty(smooth, real, fake, alpha)
    torch.testing.assert_close(gradient_penalty(smooth, real[order], fake[order], alpha[order])[0], whole)
    each = [gradient_penalty(smooth, real[i : i + 1], fake[i : i + 1], alpha[i : i + 1])[0] for i in range(3)]
    torch.testing.assert_close(torch.stack(each).mean(), whole)
    torch.testing.assert_close(
        dragan_penalty(smooth, real[order], fake[order], alpha[order])[0], dragan_penalty(smooth, real, fake, alpha)[0]
    )
    torch.testing.assert_close(r1(smooth, real[order]), r1(smooth, real))
    torch.testing.assert_close(torch.stack([r1(smooth, x[None]) for x in real]).mean(), r1(smooth, real))


def test_norms_run_over_all_axes_of_a_picture():
    x = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    w = torch.randn(3, 4, 4, dtype=torch.float64)
    near(r1_penalty((x * w).sum((1, 2, 3)), x), (w.square().sum() / 2).item())


def test_half_precision_is_penalised_in_float32(real):
    x = real.bfloat16().requires_grad_()
    assert r1_penalty((x * x).sum(1), x).dtype == torch.float32


def test_weight_clip():
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[-0.5, 0.003]]))
        layer.bias.fill_(0.02)
    WeightClip()(layer)
    near(torch.cat([layer.weight[0], layer.bias]).detach(), [-0.01, 0.003, 0.01], 1e-9)
