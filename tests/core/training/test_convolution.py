"""Convolutions with fast second derivatives: PyTorch's values and derivatives, whatever their geometry."""

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

from ganfw.gan import Phase
from ganfw.training.convolution import FastSecondDerivatives
from ganfw.training.modes import phase_mode

GEOMETRIES = {
    "plain": {},
    "strided": {"stride": 2, "padding": 1},
    "rest": {"stride": 3},  # the last column of the input is not reached
    "dilated": {"dilation": 2, "padding": (1, 2)},
    "grouped": {"groups": 2, "stride": (2, 1), "padding": (1, 0)},
    "depthwise": {"groups": 4, "padding": 1},
}
TRANSPOSED = {
    "plain": {},
    "doubling": {"stride": 2, "padding": 1},
    "output padding": {"stride": 2, "padding": 1, "output_padding": 1},
    "grouped": {"groups": 2, "stride": (2, 1), "dilation": (1, 2)},
}
CASES = [
    *((F.conv2d, name, settings) for name, settings in GEOMETRIES.items()),
    *((F.conv_transpose2d, name, settings) for name, settings in TRANSPOSED.items()),
]


def tensors(function, settings, axes=2):
    generator = torch.Generator().manual_seed(0)
    groups = settings.get("groups", 1)
    x = torch.randn(2, 4, *[5, 6, 4][:axes], generator=generator, dtype=torch.float64)
    inside_first = (4, 4 // groups) if "transpose" not in function.__name__ else (4, 3)
    w = torch.randn(*inside_first, *[3, 2, 3][:axes], generator=generator, dtype=torch.float64)
    b = torch.randn(w.shape[0] if "transpose" not in function.__name__ else 3 * groups, generator=generator).double()
    return x.requires_grad_(), w.requires_grad_(), b.requires_grad_()


@pytest.mark.parametrize(("function", "name", "settings"), CASES, ids=lambda case: getattr(case, "__name__", None))
def test_values_and_both_derivatives_are_right(function, name, settings):
    given = tensors(function, settings)
    expected = function(*given, **settings)
    with FastSecondDerivatives():
        assert function(*given, **settings).allclose(expected, rtol=1e-12, atol=1e-12)

        def ours(x, w, b):
            # Called anew inside, since the checks differentiate on a thread that knows no modes.
            with FastSecondDerivatives():
                return function(x, w, b, **settings)

        assert type(ours(*given).grad_fn).__name__ == "AddBackward0"  # ours, with the bias added; not PyTorch's
        assert gradcheck(ours, given, fast_mode=True)
        assert gradgradcheck(ours, given, fast_mode=True)


@pytest.mark.parametrize("axes", [1, 3])
def test_other_numbers_of_axes(axes):
    for function in (getattr(F, f"conv{axes}d"), getattr(F, f"conv_transpose{axes}d")):
        x, w, b = tensors(function, {}, axes)
        with FastSecondDerivatives():
            ours = function(x, w, b, stride=2, padding=1)
        assert ours.allclose(function(x, w, b, stride=2, padding=1), rtol=1e-12, atol=1e-12)
        assert type(ours.grad_fn).__name__ == "AddBackward0"


def penalty_gradients(network, x, mode):
    x = x.clone().requires_grad_()
    with mode:
        (gradient,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
        loss = gradient.square().sum()
        return torch.autograd.grad(loss, list(network.parameters()), allow_unused=True)


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, 1, bias=False), nn.Tanh(), nn.Conv2d(8, 8, 3, 1, 1, groups=4), nn.Tanh(),
        nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.Tanh(), nn.Conv2d(4, 1, 3, padding="same"),
    )  # fmt: skip


def test_a_penalty_has_pytorchs_gradients():
    x, judge = torch.randn(4, 3, 8, 8, dtype=torch.float64), network().double()
    ours = penalty_gradients(judge, x, FastSecondDerivatives())
    theirs = penalty_gradients(judge, x, torch.enable_grad())
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine is None) == (other is None)
        assert mine is None or mine.allclose(other, rtol=1e-10, atol=1e-12)


def test_it_goes_along_with_autocast():
    x, judge = torch.randn(4, 3, 8, 8), network()
    with torch.autocast("cpu", torch.bfloat16):
        ours = penalty_gradients(judge, x, FastSecondDerivatives())
        theirs = penalty_gradients(judge, x, torch.enable_grad())
    for mine, other in zip(ours, theirs, strict=True):
        if mine is not None:
            assert mine.dtype == torch.float32
            assert F.cosine_similarity(mine.flatten(), other.flatten(), dim=0) > 0.99


def test_padding_by_name_and_single_samples_are_left_to_pytorch():
    x, w, b = tensors(F.conv2d, {})
    with FastSecondDerivatives():
        assert type(F.conv2d(x, w, b, padding="valid").grad_fn).__name__ == "ConvolutionBackward0"
        assert F.conv2d(x[0], w, b).shape == (4, 3, 5)
        assert F.linear(x, torch.ones(2, 6).double()).shape == (2, 4, 5, 2)


def is_on(phase, device):
    x, w, _ = tensors(F.conv2d, {})
    with phase_mode(phase, compiled=False, device=torch.device(device)):
        return type(F.conv2d(x, w).grad_fn).__name__ == "_ConvolutionBackward"


def test_phases_of_second_order_use_it_on_cuda():
    curved = Phase("discriminator/r1", "discriminator", dict, second_order=True)
    plain = Phase("discriminator", "discriminator", dict)
    assert is_on(curved, "cuda")
    assert not is_on(curved, "cpu")
    assert not is_on(plain, "cuda")
