"""DiffAugment: its law, its bounds, its gradients, and that all of its randomness is the draw's."""

import pytest
import torch

from ganfw.errors import GanfwError
from ganfw.training.step import Draw
from ganfw_losses import DiffAugment
from ganfw_losses.augmentation.operations import color, cutout, flip, translation

ALL = ("color", "flip", "translation", "cutout")


class Given:
    """A draw whose numbers are written down: one list of values per call."""

    def __init__(self, *calls):
        self.calls = list(calls)

    def uniform(self, count, *shape):
        return torch.tensor(self.calls.pop(0), dtype=torch.float64).reshape(count, *shape)

    def integers(self, high, count, *shape):
        values = torch.tensor(self.calls.pop(0)).reshape(count, *shape)
        assert values.min() >= 0
        assert values.max() < high
        return values


@pytest.fixture
def pictures():
    return torch.rand(6, 3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_an_empty_policy_changes_nothing(pictures):
    assert DiffAugment(())(pictures, Draw(0, 0)) is pictures


def test_neutral_draws_change_nothing(pictures):
    one = pictures[:1]
    torch.testing.assert_close(color(one, Given([0.5, 0.5, 0.5])), one)
    torch.testing.assert_close(flip(one, Given([0.7])), one)
    torch.testing.assert_close(translation(one, Given([2], [2])), one)


def test_color_is_brightness_then_saturation_then_contrast(pictures):
    u = torch.rand(6, 3, dtype=torch.float64)
    b, s, c = (u[:, i].view(-1, 1, 1, 1) for i in range(3))
    x = pictures + b - 0.5
    grey = x.mean(1, keepdim=True)
    x = grey + 2 * s * (x - grey)
    mean = x.mean((1, 2, 3), keepdim=True)
    torch.testing.assert_close(color(pictures, Given(u.tolist())), mean + (c + 0.5) * (x - mean))


def test_color_on_one_channel_has_no_saturation(pictures):
    grey = pictures[:1, :1]
    torch.testing.assert_close(color(grey, Given([0.5, 0.0, 0.5])), grey)


def test_color_stays_within_its_strength():
    gray = torch.zeros(256, 3, 4, 4)
    brightness = color(gray, Draw(0, 0))[:, 0, 0, 0]
    assert -0.5 <= brightness.min() < -0.4
    assert 0.4 < brightness.max() < 0.5


def test_flip_mirrors_columns(pictures):
    flipped = flip(pictures[:2], Given([0.2, 0.8]))
    assert flipped[0].equal(pictures[0].flip(2))
    assert flipped[1].equal(pictures[1])


def test_translation_shifts_and_brings_in_zeros_or_the_edge():
    x = torch.arange(1.0, 257.0).view(1, 1, 16, 16)
    shifted = translation(x, Given([4], [0]))  # reads 2 rows below and 2 columns to the left
    assert shifted[0, 0, :14, 2:].equal(x[0, 0, 2:, :14])
    assert not shifted[0, 0, 14:].any()
    assert not shifted[0, 0, :, :2].any()
    mirror = translation(x, Given([4], [0]), fill="mirror")
    assert mirror[0, 0, :14, 2:].equal(x[0, 0, 2:, :14])
    assert mirror[0, 0, 14:, 5].tolist() == [x[0, 0, 14, 3], x[0, 0, 13, 3]]
    assert mirror[0, 0, 3, :2].tolist() == [x[0, 0, 5, 2], x[0, 0, 5, 1]]
    edge = translation(x, Given([4], [0]), fill="edge")
    assert edge[0, 0, :14, 2:].equal(x[0, 0, 2:, :14])
    assert edge[0, 0, 14:, 5].tolist() == [x[0, 0, 15, 3]] * 2
    assert edge[0, 0, 3, :2].tolist() == [x[0, 0, 5, 0]] * 2


def test_translation_goes_an_eighth_each_way():
    x = torch.zeros(512, 1, 16, 16)
    x[:, :, 8, 8] = 1
    spots = translation(x, Draw(0, 0)).nonzero()[:, 2:]
    assert len(spots) == 512
    assert spots.amin(0).tolist() == [6, 6]
    assert spots.amax(0).tolist() == [10, 10]


def test_cutout_covers_a_square_of_half_the_size():
    ones = torch.ones(1, 1, 16, 16)
    middle = cutout(ones, Given([8], [8]))
    assert not middle[0, 0, 4:12, 4:12].any()
    assert middle.sum() == 256 - 64
    corner = cutout(ones, Given([0], [16]))  # a centre on the border leaves half of each side inside
    assert not corner[0, 0, :4, 12:].any()
    assert corner.sum() == 256 - 16


def test_cutout_hides_between_a_sixteenth_and_a_quarter():
    hidden = 1 - cutout(torch.ones(512, 1, 16, 16), Draw(0, 0)).mean((1, 2, 3))
    assert hidden.min() == 1 / 16
    assert hidden.max() == 1 / 4


@pytest.mark.parametrize("channels", [1, 3])
def test_shape_and_type_stay(channels):
    for dtype in (torch.float32, torch.float64):
        x = torch.rand(3, channels, 12, 12, dtype=dtype)
        result = DiffAugment(ALL)(x, Draw(0, 0))
        assert (result.shape, result.dtype) == (x.shape, dtype)


@pytest.mark.parametrize("fill", ["zeros", "edge", "mirror"])
def test_gradients_are_exact_to_second_order(fill):
    augment = DiffAugment(ALL, fill)
    x = torch.rand(2, 3, 8, 8, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(lambda x: augment(x, Draw(0, 0)), (x,))
    torch.autograd.gradgradcheck(lambda x: augment(x, Draw(0, 0)).square().sum(), (x,))


@pytest.mark.parametrize("operation", ALL)
def test_equal_draws_give_equal_pictures_and_others_do_not(operation, pictures):
    augment = DiffAugment((operation,))
    assert augment(pictures, Draw(0, 3)).equal(augment(pictures, Draw(0, 3)))
    assert not augment(pictures, Draw(0, 3)).equal(augment(pictures, Draw(0, 4)))
    draw = Draw(0, 3)
    assert not augment(pictures, draw).equal(augment(pictures, draw))  # real and fake get draws of their own


@pytest.mark.parametrize("operation", ALL)
def test_no_global_generator_is_touched(operation, pictures):
    before = torch.get_rng_state()
    DiffAugment((operation,))(pictures, Draw(0, 0))
    assert torch.get_rng_state().equal(before)


@pytest.mark.parametrize("operation", ALL)
def test_samples_of_a_batch_differ(operation, pictures):
    same = pictures[:1].expand(6, -1, -1, -1)
    assert len({tuple(x.flatten().tolist()) for x in DiffAugment((operation,))(same, Draw(0, 0))}) > 1


def test_two_parts_get_the_rows_of_one(pictures):
    augment = DiffAugment(ALL)
    whole = augment(pictures, Draw(7, 2))
    halves = [augment(pictures[3 * part : 3 * part + 3], Draw(7, 2, part=part, parts=2)) for part in range(2)]
    torch.testing.assert_close(torch.cat(halves), whole)


@pytest.mark.parametrize("operation", ALL)
def test_each_sample_depends_on_itself_alone(operation, pictures):
    changed = pictures.clone()
    changed[0] = 0
    augment = DiffAugment((operation,))
    torch.testing.assert_close(augment(changed, Draw(0, 0))[1:], augment(pictures, Draw(0, 0))[1:])


def test_it_augments_what_the_discriminator_sees_but_not_what_a_penalty_differentiates(networks, make_step):
    from ganfw.game import Play, TwoPlayerGAN
    from ganfw.networks import Discriminator, Verdict
    from ganfw_losses import R1, Hinge

    class Mean(Discriminator):
        def forward(self, x, condition=None, *, features=False):
            return Verdict([x.mean((1, 2, 3))])

    real = torch.rand(4, 1, 8, 8)
    gan = TwoPlayerGAN(networks["Perceptron"](), Mean(), Hinge(), augmentation=DiffAugment(("cutout",)))
    play = Play(gan, make_step(real))
    penalty = R1(gamma=2.0)(play)
    # dD/dx is 1/64 at each pixel that the square left, so the squared norm counts them.
    hidden = cutout(torch.ones_like(real), make_step(real)).sum((1, 2, 3))
    torch.testing.assert_close(penalty, (hidden / 64**2).mean())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"policy": ("colour",)}, "policy of DiffAugment: there is no 'colour'; give some of color, flip, translation, "
         "cutout"),
        ({"fill": "wrap"}, "fill of DiffAugment: there is no 'wrap'; give some of zeros, edge, mirror"),
    ],
)  # fmt: skip
def test_what_it_does_not_know_is_refused_before_training(settings, message):
    with pytest.raises(GanfwError) as error:
        DiffAugment(**settings)
    assert str(error.value) == message
