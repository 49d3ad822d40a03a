"""Layers that see more than one sample. Goldens: the papers' formulas, computed apart from this code."""

import pytest
import torch

from ganfw_losses import MinibatchDiscrimination, MinibatchStdDev, VirtualBatchNorm

F64 = torch.float64


def near(found, golden):
    torch.testing.assert_close(found, torch.tensor(golden, dtype=F64), atol=1e-7, rtol=0)


def discrimination():
    layer = MinibatchDiscrimination(2, 2, 2).double()
    layer.T.data = torch.tensor([[[1, 0], [0, 2]], [[0, 1], [1, 0]]], dtype=F64)
    return layer


def test_minibatch_discrimination():
    f = torch.tensor([[1, 0], [0, 1], [1, 1]], dtype=F64)
    result = discrimination()(f)
    assert result[:, :2].equal(f)
    near(result[:, 2:].detach(), [[1.50321472, 1.41766651], [1.50321472, 1.18512235], [1.73575888, 1.50321472]])


def test_minibatch_discrimination_sees_sets_of_samples():
    torch.manual_seed(0)
    f, order = torch.randn(4, 2, dtype=F64), torch.tensor([2, 0, 3, 1])
    torch.testing.assert_close(discrimination()(f[order]), discrimination()(f)[order])
    assert MinibatchDiscrimination(6)(torch.randn(3, 6)).shape == (3, 106)
    leaf = f.clone().requires_grad_()
    torch.autograd.gradcheck(discrimination(), (leaf,))


X = torch.tensor([[1, 2], [3, 6], [5, 1], [7, 3]], dtype=F64).view(4, 2, 1, 1)


@pytest.mark.parametrize(("group", "golden"), [(4, [2.05344834] * 4), (2, [1.25, 1.75, 1.25, 1.75])])
def test_minibatch_stddev_of_strided_groups(group, golden):
    result = MinibatchStdDev(group)(X)
    assert result[:, :2].equal(X)
    near(result[:, 2, 0, 0], golden)


def test_minibatch_stddev_of_neighbours_does_not_depend_on_how_the_batch_is_divided():
    layer = MinibatchStdDev(2, strided=False)
    near(layer(X)[:, 2, 0, 0], [1.5, 1.5, 1.0, 1.0])  # deviations of (1, 3) and (2, 6); of (5, 7) and (1, 3)
    torch.testing.assert_close(torch.cat([layer(X[:2]), layer(X[2:])]), layer(X))


def test_minibatch_stddev_of_several_channels_and_small_batches():
    assert MinibatchStdDev(channels=2)(X).shape == (4, 4, 1, 1)
    near(MinibatchStdDev(2, channels=2)(X)[:, 2:, 0, 0], [[2, 0.5], [2, 1.5], [2, 0.5], [2, 1.5]])
    near(MinibatchStdDev(4)(X[:1])[:, 2, 0, 0], [1e-4])  # alone: no deviation but for the epsilon
    assert MinibatchStdDev()(torch.rand(8, 6, 4, 4)).shape == (8, 7, 4, 4)
    torch.autograd.gradgradcheck(MinibatchStdDev(2), (X.clone().requires_grad_(),))


@pytest.mark.parametrize(
    ("layer", "count", "message"),
    [
        (
            MinibatchStdDev(4), 6,
            "minibatch standard deviation takes groups of 4, but 6 samples do not divide into them. Give each "
            "micro-batch on each process a multiple of 4: change trainer.batch_size or trainer.micro_batches.",
        ),
        (
            MinibatchStdDev(channels=3), 4,
            "minibatch standard deviation appends 3 channels, but 2 do not divide into as many shares. Give it a "
            "divisor of them.",
        ),
    ],
)  # fmt: skip
def test_minibatch_stddev_refuses_what_does_not_divide(layer, count, message):
    with pytest.raises(ValueError, match="do not divide") as error:
        layer(torch.rand(count, 2, 3, 3))
    assert str(error.value) == message


REFERENCE = torch.tensor([[1.0], [3.0], [5.0]], dtype=F64)


def test_virtual_batch_norm():
    layer = VirtualBatchNorm(1, reference=3).double()
    result = layer(torch.cat([REFERENCE, torch.tensor([[7.0], [3.0]], dtype=F64)]))
    # 7 with the reference: mean 4, variance 5; 3: mean 3; the reference alone: mean 3, variance 8/3
    near(result[3:, 0].detach(), [1.34163944, 0.0])
    near(result[:3, 0].detach(), [-2 / (8 / 3 + 1e-5) ** 0.5, 0.0, 2 / (8 / 3 + 1e-5) ** 0.5])


def test_virtual_batch_norm_of_pictures_is_that_of_all_places_together():
    torch.manual_seed(0)
    layer, x = VirtualBatchNorm(2, reference=3).double(), torch.randn(5, 2, 4, 4, dtype=F64)
    layer.weight.data, layer.bias.data = torch.tensor([2.0, 3.0]).double(), torch.tensor([0.5, -1.0]).double()
    for row in (3, 4):
        together = torch.cat([x[:3], x[row : row + 1]])
        mean, var = together.mean((0, 2, 3)), together.var((0, 2, 3), correction=0)
        expected = (x[row] - mean[:, None, None]) / (var + 1e-5).sqrt()[:, None, None]
        expected = expected * layer.weight[:, None, None] + layer.bias[:, None, None]
        torch.testing.assert_close(layer(x)[row], expected)


def test_virtual_batch_norm_keeps_samples_apart():
    layer, x = VirtualBatchNorm(2, reference=3), torch.randn(6, 2, 4, 4)
    changed = x.clone()
    changed[5] = 0
    torch.testing.assert_close(layer(changed)[:5], layer(x)[:5])
    assert layer(x.bfloat16()).dtype == torch.bfloat16
    far = layer(torch.full((5, 2, 4, 4), 1e4))  # no variance, far from zero
    torch.testing.assert_close(far, torch.zeros_like(far), atol=1e-3, rtol=0)


def test_virtual_batch_norm_without_its_reference_is_refused():
    with pytest.raises(ValueError, match="reference rows") as error:
        VirtualBatchNorm(1, reference=3)(REFERENCE[:2])
    assert str(error.value) == (
        "virtual batch normalisation expects its 3 reference rows in front, but there are 2 rows in all. Concatenate "
        "the reference batch with the samples: torch.cat([reference, x])."
    )
