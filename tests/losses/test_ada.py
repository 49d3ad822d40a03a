"""ADA: its transformations against matrices written out, and its controller.

Goldens: the paper's formulas, computed apart from this code.
"""

import math

import pytest
import torch
from toys import ring, toy_gan, toy_trainer

from ganfw.config.base import Schedule
from ganfw.errors import GanfwError
from ganfw.game import Play, TwoPlayerGAN
from ganfw.networks import Discriminator, Verdict
from ganfw.terms import Augmentation
from ganfw.training.step import Draw
from ganfw_losses import ADA, R1, Hinge, InstanceNoise, Pipe
from ganfw_losses.augmentation.geometry import blit, geom, transform
from ganfw_losses.augmentation.pipe import augmented, recolored
from ganfw_losses.augmentation.wavelet import EDGE, SYM6, double, halve

ALL = {"blit": 1.0, "geom": 1.0, "color": 1.0, "noise": 1.0, "cutout": 1.0}
ALWAYS = torch.tensor(1.0)


@pytest.fixture
def pictures():
    return torch.rand(6, 3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.fixture
def smooth():
    coarse = torch.rand(2, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.interpolate(coarse, size=32, mode="bicubic")


def inner(x, border=6):
    return x[:, :, border:-border, border:-border]


def matrix(*rows):
    return torch.tensor([[*rows, [0, 0, 1]]], dtype=torch.float64)


def test_the_wavelet_keeps_the_mean_and_undoes_itself(pictures):
    # the conditions on an orthogonal wavelet's filter: sum √2, and no overlap with itself at even shifts
    taps = torch.tensor(SYM6, dtype=torch.float64)
    assert taps.sum().item() == pytest.approx(2**0.5)
    overlaps = [(taps[2 * k :] * taps[: len(taps) - 2 * k]).sum().item() for k in range(6)]
    assert overlaps == pytest.approx([1, 0, 0, 0, 0, 0], abs=1e-9)
    fine = double(pictures)
    assert fine.shape == (6, 3, 32, 32)
    around = torch.nn.functional.pad(fine, (EDGE,) * 4, mode="reflect")
    torch.testing.assert_close(inner(halve(around)), inner(pictures), atol=1e-9, rtol=0)
    torch.testing.assert_close(double(torch.ones(1, 1, 4, 4)), torch.ones(1, 1, 8, 8))


def test_a_matrix_says_where_each_place_of_the_result_reads(pictures):
    moved = transform(pictures, matrix([1, 0, -3], [0, 1, 2]).repeat(6, 1, 1))  # 3 to the right, 2 up
    torch.testing.assert_close(moved[:, :, 3:-5, 6:-3], pictures[:, :, 5:-3, 3:-6], atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (([-1, 0, 0], [0, 1, 0]), lambda x: x.flip(3)),
        (([0, -1, 0], [1, 0, 0]), lambda x: x.rot90(1, (2, 3))),
        (([-1, 0, 0], [0, -1, 0]), lambda x: x.flip(2, 3)),
    ],
)
def test_mirrors_and_quarter_turns(smooth, rows, expected):
    turned = transform(smooth, matrix(*rows).repeat(2, 1, 1))
    torch.testing.assert_close(turned, expected(smooth), atol=0.1, rtol=0)  # sym6 is not quite symmetric
    assert (turned - smooth).abs().max() > 0.5


def test_a_turn_and_its_opposite_give_the_picture_back(smooth):
    cos, sin = math.cos(0.5), math.sin(0.5)
    there, back = matrix([cos, -sin, 0], [sin, cos, 0]), matrix([cos, sin, 0], [-sin, cos, 0])
    twice = transform(transform(smooth, there.repeat(2, 1, 1)), back.repeat(2, 1, 1))
    torch.testing.assert_close(inner(twice, 8), inner(smooth, 8), atol=0.01, rtol=0)


def test_what_lies_outside_is_mirrored():
    x = torch.zeros(1, 1, 16, 16)
    x[:, :, :, :8] = 1
    far = transform(x, torch.tensor([[[1.0, 0, -8], [0, 1, 0], [0, 0, 1]]]))  # 8 to the right
    assert far[..., 4:12].mean() == pytest.approx(1, abs=0.01)


def test_the_identity_changes_no_bit(pictures):
    assert transform(pictures, torch.eye(3, dtype=torch.float64).repeat(6, 1, 1)).equal(pictures)
    assert augmented(pictures, Draw(0, 0), torch.zeros(()), ALL).equal(pictures)
    assert ADA(groups=ALL)(pictures, Draw(0, 0)).equal(pictures)
    assert Pipe(0.0)(pictures, Draw(0, 0)) is pictures


def near(share, expected, count=4000):
    assert share.double().mean().item() == pytest.approx(expected, abs=4 * 0.5 / count**0.5)


@pytest.mark.parametrize("p", [0.3, 1.0, 2.0])
def test_each_way_has_a_probability_of_its_own(p):
    x, chance = torch.zeros(4000, 1, 16, 32), torch.tensor(p)
    p = min(p, 1)
    m = blit(x, Draw(0, 0), chance)
    determinant, quarter = m[:, 0, 0] * m[:, 1, 1] - m[:, 0, 1] * m[:, 1, 0], m[:, 0, 0] == 0
    near(determinant < 0, p / 2)  # mirrored: half of the time that it is on
    near(quarter, p / 2)  # a quarter turn either way
    shift = (m[:, :2, :2].transpose(1, 2) @ m[:, :2, 2:])[:, :, 0]
    assert shift.abs().amax(0).tolist() == [4, 2]  # an eighth of 32 columns and of 16 rows
    assert shift.round().equal(shift)
    near(shift[:, 0] == 0, 1 - p * 7 / 8)
    m = geom(x, Draw(0, 0), chance)
    size = torch.det(m[:, :2, :2])
    near((size - 1).abs() < 1e-5, 1 - p)
    assert size[(size - 1).abs() > 1e-5].log2().std().item() == pytest.approx(0.4, rel=0.1)  # both ways at once
    near((m[:, 0, 1] == 0) & (m[:, 1, 0] == 0), 1 - p)  # either of the two turns
    moved = m[:, 0, 2] != 0
    near(moved, p)


def color_matrix(u, n):
    """The five steps as 4 × 4 matrices, in order, all on."""
    eye, v = torch.eye(4, dtype=torch.float64), torch.tensor([1, 1, 1, 0], dtype=torch.float64) / 3**0.5
    luma = v.outer(v)
    bright, contrast = eye.clone(), eye.clone()
    bright[:3, 3] = 0.2 * n[0]
    contrast[:3, :3] *= 2 ** (0.5 * n[1])
    mirror = eye - 2 * luma * math.floor(2 * u[0])
    angle = math.pi * (2 * u[1] - 1)
    cross = torch.zeros(4, 4, dtype=torch.float64)
    cross[:3, :3] = torch.tensor([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], dtype=torch.float64) / 3**0.5
    hue = luma + math.cos(angle) * (eye - luma) + math.sin(angle) * cross
    hue[3] = eye[3]
    saturation = luma + (eye - luma) * 2 ** n[2]
    saturation[3] = eye[3]
    return saturation @ hue @ mirror @ contrast @ bright


class Given:
    """A draw whose numbers are written down: uniform ones by call, then normal ones."""

    def __init__(self, uniform, noise):
        self.draws = {"uniform": list(uniform), "noise": list(noise)}

    def uniform(self, *shape):
        return torch.tensor(self.draws["uniform"].pop(0), dtype=torch.float64).reshape(shape)

    def noise(self, *shape):
        return torch.tensor(self.draws["noise"].pop(0), dtype=torch.float64).reshape(shape)


@pytest.mark.parametrize("u", [[0.2, 0.8], [0.7, 0.35]])
def test_color_is_the_product_of_its_matrices(pictures, u):
    n, one = [0.7, -0.4, 0.9], pictures[:1]
    found = recolored(one, Given([[0.0] * 5, u], [n]), ALWAYS)
    wide = torch.cat([one, torch.ones_like(one[:, :1])], 1)
    torch.testing.assert_close(found, torch.einsum("ij,bjhw->bihw", color_matrix(u, n), wide)[:, :3])


def test_color_of_one_channel_is_brightness_contrast_and_the_luma_mirror(pictures):
    grey, n = pictures[:1, :1], [0.7, -0.4, 0.9]
    found = recolored(grey, Given([[0.0] * 5, [0.7, 0.35]], [n]), ALWAYS)
    torch.testing.assert_close(found, -(2**-0.2) * (grey + 0.14))


def test_noise_and_cutout():
    x = torch.zeros(2000, 1, 8, 8)
    noise = augmented(x, Draw(0, 0), torch.tensor(0.5), {"noise": 1.0}).std((1, 2, 3))
    near(noise == 0, 0.5, 2000)
    # E|N| = √(2/π), so the mean deviation of those that have any is .0798 (a little less over 64 pixels)
    assert noise[noise > 0].mean().item() == pytest.approx(0.0798, abs=0.005)
    hidden = augmented(x + 1, Draw(0, 0), torch.tensor(0.5), {"cutout": 0.5}).amin((1, 2, 3)) == 0
    near(hidden, 0.25, 2000)


@pytest.mark.parametrize("group", ALL)
def test_gradients_are_exact_to_second_order(group):
    x = torch.rand(2, 3, 6, 6, dtype=torch.float64, requires_grad=True)

    def augment(x):
        return augmented(x, Draw(0, 1), ALWAYS, {group: 1.0})

    torch.autograd.gradcheck(augment, (x,), fast_mode=True)
    torch.autograd.gradgradcheck(lambda x: augment(x).square().sum(), (x,), fast_mode=True)


class Squares(Discriminator):
    """D(x) = a Σ x²."""

    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.ones((), dtype=torch.float64))

    def forward(self, x, condition=None, *, features=False):
        return Verdict([self.a * x.square().sum((1, 2, 3))])


def test_penalties_differentiate_through_it(networks, make_step, pictures):
    gan = TwoPlayerGAN(networks["Perceptron"](), Squares(), Hinge(), augmentation=ADA(start=1.0))
    penalty = R1(gamma=2.0)(Play(gan, make_step(pictures)))
    penalty.backward()
    torch.testing.assert_close(gan.discriminator.a.grad, 2 * penalty.detach())  # the penalty is quadratic in a


@pytest.mark.parametrize("channels", [1, 3])
def test_shape_and_type_stay(channels):
    for dtype in (torch.bfloat16, torch.float32, torch.float64):
        x = torch.rand(3, channels, 12, 20).to(dtype)
        result = Pipe(1.0, ALL)(x, Draw(0, 0))
        assert (result.shape, result.dtype) == (x.shape, dtype)
        assert result.isfinite().all()
    assert Pipe(1.0, {"geom": 1.0})(torch.rand(2, 4, 8, 8), Draw(0, 0)).shape == (2, 4, 8, 8)


def test_autocast_does_not_coarsen_it(pictures):
    augment, x = Pipe(1.0, ALL), pictures.float()
    with torch.autocast("cpu", torch.bfloat16):
        under = augment(x, Draw(0, 0))
    assert under.equal(augment(x, Draw(0, 0)))


def test_two_parts_get_the_rows_of_one_and_each_sample_depends_on_itself_alone(pictures):
    augment = Pipe(0.7, ALL)
    whole = augment(pictures, Draw(7, 2))
    halves = [augment(pictures[3 * part : 3 * part + 3], Draw(7, 2, part=part, parts=2)) for part in range(2)]
    torch.testing.assert_close(torch.cat(halves), whole)
    changed = pictures.clone()
    changed[0] = 0
    torch.testing.assert_close(augment(changed, Draw(7, 2))[1:], whole[1:])
    assert not augment(pictures, Draw(7, 3)).equal(whole)


def test_a_pipe_follows_its_schedule(pictures):
    scheduled = Pipe(Schedule(start=0.0, end=0.5, to_kimg=1.0), ALL)
    assert scheduled(pictures, Draw(0, 0, images=0)).equal(pictures)
    assert scheduled(pictures, Draw(0, 1, images=2000)).equal(Pipe(0.5, ALL)(pictures, Draw(0, 1)))


def run(ada, signs, batch, parts=1):
    for sign in signs:
        ada(torch.zeros(batch // parts, 3, 8, 8), Draw(0, 0, parts=parts))
        ada.after_step({"health/real_sign": torch.tensor(sign)}.__getitem__)
    return ada.p.item()


@pytest.mark.parametrize(
    ("settings", "batch", "step"), [({}, 64, 0.000512), ({"kimg": 100.0}, 32, 0.00128), ({"interval": 8}, 64, 0.001024)]
)
def test_p_moves_by_the_images_of_an_interval(settings, batch, step):
    interval = settings.get("interval", 4)
    ada = ADA(start=0.5, **settings)
    assert run(ada, [0.7] * (interval - 1), batch) == 0.5
    assert run(ada, [0.7], batch) == pytest.approx(0.5 + step, abs=1e-7)
    assert run(ada, [0.5] * interval, batch, parts=2) == pytest.approx(0.5, abs=1e-7)
    assert run(ada, [0.5] * interval, batch) == pytest.approx(0.5 - step, abs=1e-7)


def test_it_is_the_mean_over_the_interval_that_counts():
    assert run(ADA(start=0.5), [1.0, 1.0, 1.0, -0.7], 64) < 0.5  # mean .575


def test_p_stays_within_its_bounds():
    assert run(ADA(kimg=0.1), [0.0] * 8, 64) == 0
    assert run(ADA(kimg=0.1), [1.0] * 8, 64) == 1
    assert run(ADA(kimg=0.1, most=0.8), [1.0] * 8, 64) == pytest.approx(0.8)


def test_a_step_in_which_the_discriminator_did_not_learn_does_not_count():
    ada = ADA(start=0.5)
    run(ada, [1.0] * 3, 64)
    ada.after_step({}.__getitem__)
    assert (ada.steps.item(), ada.p.item()) == (3, 0.5)


def test_its_state_is_in_buffers(pictures):
    ada, other = ADA(groups=ALL), ADA(groups=ALL)
    run(ada, [1.0] * 6, 64)
    ada.p.fill_(0.5)
    other.load_state_dict(ada.state_dict())
    assert other(pictures, Draw(0, 0)).equal(ada(pictures, Draw(0, 0)))
    assert run(ada, [1.0] * 2, 64) == run(other, [1.0] * 2, 64) > 0.5


def test_it_says_how_much_there_is(make_step):
    step = make_step(torch.zeros(2, 1, 8, 8))
    ADA(start=0.25)(step.batch.real, step)
    assert step.logged["health/ada_p"] == 0.25


class Points(Augmentation):
    """ADA on points: nothing to transform, but the controller runs."""

    def __init__(self):
        super().__init__()
        self.ada = ADA(kimg=0.5, target=0.0, groups={})

    def forward(self, x, draw):
        return self.ada(x, draw)


def test_resumed_runs_and_micro_batches_see_the_same_p(tmp_path):
    def train(steps, run=None, **settings):
        gan = toy_gan(augmentation=Points())
        trainer = toy_trainer(gan, ring(64), steps=steps, run=run, document={}, **settings)
        ada = trainer.fit().augmentation.ada
        return torch.stack([ada.p, ada.signs, ada.steps]).tolist()

    whole = train(10)
    assert train(10, micro_batches=2) == pytest.approx(whole, abs=1e-6)
    train(6, tmp_path)
    assert train(10, tmp_path) == whole
    assert whole[2] == 2


def test_instance_noise_fades(pictures):
    noise = InstanceNoise(Schedule(start=0.2, end=0.0, to_kimg=1.0))
    added = noise(pictures, Draw(0, 0)) - pictures
    assert added.std().item() == pytest.approx(0.2, rel=0.05)
    torch.testing.assert_close(noise(pictures, Draw(0, 0, images=500)) - pictures, added / 2)
    assert noise(pictures, Draw(0, 0, images=1000)).equal(pictures)
    assert not noise(pictures, Draw(0, 1)).equal(noise(pictures, Draw(0, 0)))


@pytest.mark.parametrize("make", [lambda: Pipe(0.5), lambda: ADA(start=0.5)])
def test_what_it_keeps_can_be_trained_through_after_inference(make):
    augment, x = make(), torch.rand(2, 3, 26, 34)  # sizes that no other test uses
    with torch.inference_mode():
        augment(x, Draw(0, 0))
    augment(x.requires_grad_(), Draw(0, 0)).sum().backward()
    assert x.grad.any()


@pytest.mark.parametrize("make", [Pipe, ADA])
def test_an_unknown_group_is_refused(make):
    with pytest.raises(GanfwError) as error:
        make(groups={"colour": 1.0})
    assert str(error.value) == (
        "groups of transformations: there is no 'colour'; give some of blit, geom, color, noise, cutout"
    )
