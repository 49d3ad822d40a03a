"""Run by torchrun in test_batch_statistics.py: hold synchronised layers on shares to plain ones on the whole batch."""

import copy
import os

import torch
import torch.distributed as dist
from torch import nn

from ganfw.training.batch_statistics import synchronise_batch_statistics

F64 = torch.float64


class Conditional(nn.BatchNorm2d):
    """A class's own scale and shift; the normalisation itself is PyTorch's."""

    def __init__(self, channels, classes=3):
        super().__init__(channels, affine=False)
        self.gain, self.shift = nn.Embedding(classes, channels), nn.Embedding(classes, channels)

    def forward(self, x, label):
        normal = super().forward(x)
        return normal * self.gain(label)[:, :, None, None] + self.shift(label)[:, :, None, None]


class Around(nn.Module):
    """The same, around a layer instead of from it."""

    def __init__(self, channels, classes=3):
        super().__init__()
        self.norm, self.gain = nn.BatchNorm2d(channels, affine=False), nn.Embedding(classes, channels)

    def forward(self, x, label):
        return self.norm(x) * self.gain(label)[:, :, None, None]


# Layer, shape of one sample, whether it takes a class.
LAYERS = {
    "1d": (lambda: nn.BatchNorm1d(3), (3,), False),
    "1d-long": (lambda: nn.BatchNorm1d(3), (3, 5), False),
    "2d": (lambda: nn.BatchNorm2d(3), (3, 4, 4), False),
    "3d": (lambda: nn.BatchNorm3d(3), (3, 2, 2, 2), False),
    "cumulative": (lambda: nn.BatchNorm2d(3, momentum=None), (3, 4, 4), False),
    "forgetful": (lambda: nn.BatchNorm2d(3, track_running_stats=False), (3, 4, 4), False),
    "conditional": (lambda: Conditional(3), (3, 4, 4), True),
    "around": (lambda: Around(3), (3, 4, 4), True),
}


def curved(layer, x, label, mean):
    """A loss with a penalty on its gradient by ``x``, as R1 is; gradients of both reach every parameter."""
    x = x.clone().requires_grad_()
    y = layer(x, *label).square().sin().flatten(1)
    (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    loss = y.sum(1).mean() + gradient.square().flatten(1).sum(1).mean()
    loss.backward()
    return mean(loss.detach()), x.grad, y.detach()


def averaged(x):
    x = x.clone()
    dist.all_reduce(x)
    return x / dist.get_world_size()


def compare(name, rank, world):
    make, shape, conditional = LAYERS[name]
    torch.manual_seed(1)
    whole = make().double()
    for parameter in whole.parameters():
        nn.init.normal_(parameter)
    shares = copy.deepcopy(whole)
    synchronise_batch_statistics(shares)
    assert shares.state_dict().keys() == whole.state_dict().keys()
    for _ in range(2):
        x = torch.randn(4 * world, *shape, dtype=F64) + 3
        label = [torch.randint(3, (len(x),))] if conditional else []
        mine = slice(4 * rank, 4 * rank + 4)
        loss, gradient, y = curved(whole, x, label, mean=lambda loss: loss)
        got_loss, got_gradient, got = curved(shares, x[mine], [each[mine] for each in label], mean=averaged)
        torch.testing.assert_close(got_loss, loss)
        torch.testing.assert_close(got, y[mine])
        # Each process differentiates the mean over its own rows, of which there are fewer.
        torch.testing.assert_close(got_gradient / world, gradient[mine])
    for got, wanted in zip(shares.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(averaged(got.grad), wanted.grad)
    for (key, got), wanted in zip(shares.state_dict().items(), whole.state_dict().values(), strict=True):
        torch.testing.assert_close(got, wanted, msg=lambda text, key=key: f"{name}.{key}: {text}")
    shares.eval(), whole.eval()
    if rank == 0:  # as for samples: alone, and nobody waits
        args = (x, *label)
        if name != "forgetful":
            torch.testing.assert_close(shares(*args), whole(*args))
        else:
            shares(*args)


def main():
    dist.init_process_group("gloo")
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    for name in LAYERS:
        compare(name, rank, world)
    half = nn.BatchNorm1d(3)
    synchronise_batch_statistics(half)
    assert half(torch.randn(4, 3).bfloat16()).dtype == torch.bfloat16
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
