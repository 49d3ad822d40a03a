"""Optimizers on a CPU are PyTorch's foreach ones, to the bit; on CUDA they are fused where there is such a form."""

import pytest
import torch
from toys import toy_gan, toy_trainer

import ganfw
from ganfw.training.updating import Updater

KINDS = {
    "adam": (ganfw.AdamConfig(betas=(0.5, 0.99)), torch.optim.Adam, {"betas": (0.5, 0.99)}),
    "adamw": (
        ganfw.AdamConfig(betas=(0.0, 0.99), weight_decay=0.1), torch.optim.AdamW,
        {"betas": (0.0, 0.99), "weight_decay": 0.1},
    ),
    "rmsprop": (ganfw.RMSPropConfig(alpha=0.9), torch.optim.RMSprop, {"alpha": 0.9}),
    "sgd": (ganfw.SGDConfig(), torch.optim.SGD, {}),
    "momentum": (ganfw.SGDConfig(momentum=0.9), torch.optim.SGD, {"momentum": 0.9}),
}  # fmt: skip


def parameters(device="cpu"):
    rng = torch.Generator().manual_seed(0)
    return [torch.nn.Parameter(torch.randn(shape, generator=rng).to(device)) for shape in ((4, 3), (5,), ())]


@pytest.mark.parametrize("name", KINDS)
def test_on_a_cpu_a_step_is_that_of_foreach(name):
    config, kind, settings = KINDS[name]
    schedule = ganfw.Schedule(start=0.1, end=0.01, to_kimg=0.1)
    mine, theirs = parameters(), parameters()
    updater = Updater(
        config.model_copy(update={"lr": schedule}), dict(zip("abc", mine, strict=True)), correction=1.0, half=None
    )
    optimizer = kind(theirs, lr=1.0, foreach=True, **settings)
    rng = torch.Generator().manual_seed(1)
    for index in range(20):
        for one, other in zip(mine, theirs, strict=True):
            one.grad = torch.randn(one.shape, generator=rng)
            other.grad = one.grad.clone()
        optimizer.param_groups[0]["lr"] = schedule.at(index * 8)
        updater.follow(index * 8)
        updater.step("phase")
        optimizer.step()
    assert all(torch.equal(one, other) for one, other in zip(mine, theirs, strict=True))
    assert all(one.grad is None for one in mine)
    assert updater.obstacle is None


@pytest.mark.parametrize(
    ("config", "golden"),
    [
        # lr · g / √((1 - .99) g²) = 10 lr
        (ganfw.RMSPropConfig(lr=5e-5), 0.9995),
        # both means are corrected for their first step, so lr · g / √g² = lr
        (ganfw.AdamConfig(lr=0.1, betas=(0.0, 0.99)), 0.9),
    ],
    ids=["rmsprop", "adam"],
)
def test_the_first_step_is_as_long_whatever_the_gradient(config, golden):
    """Closed forms, of the optimizers of WGAN and of WGAN-GP, from a weight of 1."""
    weight = torch.nn.Parameter(torch.ones(3, dtype=torch.float64))
    updater = Updater(config, {"weight": weight}, correction=1.0, half=None)
    weight.grad = torch.tensor([0.03, 1.0, -40.0], dtype=torch.float64)
    updater.follow(0)
    updater.step("phase")
    assert weight.tolist() == pytest.approx([golden, golden, 2 - golden], abs=1e-7)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", KINDS)
def test_on_cuda_a_step_can_be_recorded(name):
    config, kind, settings = KINDS[name]
    mine, theirs = parameters("cuda"), parameters("cuda")
    updater = Updater(config, dict(zip("abc", mine, strict=True)), correction=1.0, half=None)
    assert updater.obstacle is None
    assert updater.optimizer.defaults["fused" if name != "rmsprop" else "capturable"]
    optimizer = kind(theirs, lr=config.lr, foreach=True, **settings)
    for _ in range(5):
        for one, other in zip(mine, theirs, strict=True):
            one.grad, other.grad = torch.ones_like(one), torch.ones_like(other)
        updater.follow(0)
        updater.step("phase")
        optimizer.step()
    torch.testing.assert_close(mine, theirs)


def test_restored_moments_lie_in_memory_as_their_parameter():
    """Fused optimizers take no others, and those that are not fused are slow with others."""
    weight = torch.nn.Parameter(torch.randn(4, 3, 2, 2).to(memory_format=torch.channels_last))

    def updater():
        return Updater(ganfw.AdamConfig(), {"weight": weight}, correction=1.0, half=None)

    trained = updater()
    weight.grad = torch.randn(weight.shape).to(memory_format=torch.channels_last)
    trained.step("phase")
    kept = {name: value.contiguous() for name, value in trained.state().items()}  # as a file keeps them
    resumed = updater()
    resumed.load(kept)
    moments = resumed.optimizer.state[weight]
    assert moments["exp_avg"].stride() == moments["exp_avg_sq"].stride() == weight.stride()
    assert all(torch.equal(value, resumed.state()[name]) for name, value in trained.state().items())


def test_the_average_takes_two_calls(monkeypatch):
    trainer = toy_trainer(toy_gan(norm=True), steps=1)
    calls = []
    for name in ("_foreach_lerp_", "_foreach_copy_"):
        original = getattr(torch, name)
        monkeypatch.setattr(torch, name, lambda *args, n=name, f=original: (calls.append((n, len(args[0]))), f(*args)))
    trainer.ema.update(16, 16)
    assert calls == [("_foreach_lerp_", 8), ("_foreach_copy_", 1)]
