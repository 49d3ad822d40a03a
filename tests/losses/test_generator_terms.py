"""Path length, feature matching and pulling-away. Goldens: the papers' formulas, computed apart from this code."""

import pytest
import torch
from torch import nn

from ganfw.game import Play, TwoPlayerGAN
from ganfw.networks import Discriminator, StyleGenerator, Verdict
from ganfw_losses import FeatureMatching, Hinge, PathLength, PullingAway, path_lengths, pulling_away

M = torch.tensor([[[1, 0], [2, 1], [0, 1], [1, 1]], [[0, 1], [1, 0], [1, 1], [2, 0]]], dtype=torch.float64)
Y = torch.tensor([0.5, -1.0, 2.0, 0.25], dtype=torch.float64)
LENGTH = 1.20545635


class Linear(StyleGenerator):
    """Two layers of two styles to a picture of 2 × 2: x = M₁ w₁ + M₂ w₂."""

    latent_dim = 4

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones((), dtype=torch.float64))

    def mapping(self, z, condition=None):
        return self.scale * z.double().view(-1, 2, 2)

    def synthesis(self, w):
        return torch.einsum("loi,bli->bo", M, w).view(-1, 1, 2, 2) * self.scale


class Mean(Discriminator):
    """Judges by the mean; the picture itself is its only feature."""

    def forward(self, x, condition=None, *, features=False):
        return Verdict([x.flatten(1).mean(1)], [[x]] if features else ())


@pytest.fixture
def play(make_step):
    def make(term, count=3):
        step = make_step(torch.zeros(count, 1, 2, 2, dtype=torch.float64))
        step.noise = lambda *shape: torch.ones(shape) if len(shape) == 2 else Y.view(1, 1, 2, 2).expand(shape)
        return Play(TwoPlayerGAN(Linear(), Mean(), Hinge(), regularizers={"term": term}), step, "generator")

    return make


def test_path_lengths():
    w = torch.randn(3, 2, 2, dtype=torch.float64, requires_grad=True)
    lengths = path_lengths(Linear().synthesis(w), w, Y.view(1, 1, 2, 2).expand(3, 1, 2, 2))
    torch.testing.assert_close(lengths, torch.full((3,), LENGTH, dtype=torch.float64), atol=1e-7, rtol=0)


def test_path_lengths_against_finite_differences():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 4)).double()
    z, noise = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 1, 2, 2, dtype=torch.float64)

    def projected(z):
        return (net(z).view(-1, 1, 2, 2) * noise / 2).sum((1, 2, 3))

    slopes = [(projected(z + step) - projected(z - step)) / 2e-5 for step in 1e-5 * torch.eye(3).double()]
    leaf = z.clone().requires_grad_()
    found = path_lengths(net(leaf).view(-1, 1, 2, 2), leaf, noise)
    torch.testing.assert_close(found, torch.stack(slopes, 1).norm(dim=1), atol=1e-8, rtol=0)


def test_the_mean_moves_before_it_is_used_and_only_once_a_step(play):
    term = PathLength(weight=1.0)
    for _ in range(2):  # two micro-batches see the same mean
        given = play(term)
        assert term(given).item() == pytest.approx(1.42420781, abs=1e-6)
    assert given.step.logged["generator/path_length"].item() == pytest.approx(LENGTH)
    term.after_step(given.step.logged.__getitem__)
    assert term.mean.item() == pytest.approx(0.01205456)
    term.after_step({}.__getitem__)  # the phase was not due
    assert term.mean.item() == pytest.approx(0.01205456)


def test_path_length_is_twice_that_by_default_and_its_mean_is_state(play):
    term = PathLength()
    assert term(play(term)).item() == pytest.approx(2.84841562, abs=1e-6)
    term.mean.fill_(LENGTH)
    other = PathLength()
    other.load_state_dict(term.state_dict())
    assert other(play(other)).item() == pytest.approx(0, abs=1e-9)


def test_the_newest_lengths_keep_their_gradient_within_the_mean(play):
    term = PathLength(weight=1.0)
    given = play(term)
    term(given).backward()
    # length = LENGTH s, mean = .01 LENGTH s at scale s = 1 (of synthesis; that of mapping does not count)
    assert given.generator.scale.grad.item() == pytest.approx(2 * (0.99 * LENGTH) ** 2, abs=1e-6)


@pytest.mark.parametrize(("count", "shrink", "taken"), [(4, 2, 2), (3, 2, 2), (1, 2, 1), (4, 1, 4)])
def test_path_length_takes_a_part_of_the_batch(play, count, shrink, taken):
    term = PathLength(shrink=shrink)
    given, counts = play(term, count), []
    synthesis = given.generator.synthesis
    given.generator.synthesis = lambda w: (counts.append(len(w)), synthesis(w))[1]
    term(given)
    assert counts == [taken]


def test_path_length_by_z_suits_any_generator(networks, make_step):
    torch.manual_seed(0)
    term = PathLength(latent="z", shrink=1)
    gan = TwoPlayerGAN(networks["Perceptron"](), networks["Tanh"](), Hinge(), regularizers={"term": term})
    value = term(Play(gan, make_step(torch.randn(4, 3)), "generator"))
    value.backward()
    assert all(p.grad is not None for p in (gan.generator.layers[0].weight, gan.generator.layers[2].weight))


def test_path_length_without_styles_is_refused(networks):
    with pytest.raises(ValueError, match="styles") as error:
        TwoPlayerGAN(networks["Perceptron"](), networks["Tanh"](), Hinge(), regularizers={"term": PathLength()})
    assert str(error.value) == (
        "path-length measures the generator by its styles w, but Perceptron has none. Choose a generator with a "
        "mapping network, or set regularizers.path-length.latent=z."
    )


def test_path_length_with_batch_normalisation_is_refused(networks):
    class Normed(networks["Perceptron"]):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(3)

    with pytest.raises(ValueError, match="mixes") as error:
        TwoPlayerGAN(Normed(), networks["Tanh"](), Hinge(), regularizers={"term": PathLength(latent="z")})
    assert str(error.value) == (
        "path-length measures each sample by its own latent, but Normed mixes the samples of a batch (batch "
        "normalisation). Choose a generator without it, or leave the term out: regularizers.path-length=null."
    )


# Feature means .5, 1 of the reals and .2, 1.6 of the fakes.
REAL, FAKE = torch.tensor([[0.0, 2.0], [1.0, 0.0]]).double(), torch.tensor([[0.4, 1.2], [0.0, 2.0]]).double()


class Plain(Discriminator):
    """Its features are its input and twice that; each judge has the same."""

    def __init__(self, judges=1):
        super().__init__()
        self.judges = judges

    def forward(self, x, condition=None, *, features=False):
        return Verdict([x.sum(1)] * self.judges, [[2 * x, x]] * self.judges if features else ())


@pytest.fixture
def featured(networks, make_step):
    def make(term, judges=1, real=REAL, fake=FAKE):
        gan = TwoPlayerGAN(networks["Fixed"](fake), Plain(judges), Hinge(), regularizers={"term": term})
        return Play(gan, make_step(real), "generator")

    return make


@pytest.mark.parametrize(
    ("term", "judges", "golden"),
    [
        (FeatureMatching(), 1, 0.45),
        (FeatureMatching(norm="l1"), 1, 0.45),
        (FeatureMatching(layer=0), 1, 1.8),
        (FeatureMatching(layer=0, norm="l1"), 1, 0.9),
        (FeatureMatching(weight=2.0), 2, 1.8),
    ],
)
def test_feature_matching(featured, term, judges, golden):
    given = featured(term, judges)
    value = term(given)
    assert value.item() == pytest.approx(golden)
    value.backward()
    assert given.generator.samples.grad.any()


S = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]], dtype=torch.float64)


def test_pulling_away(featured):
    assert pulling_away(S).item() == pytest.approx(1 / 3)
    assert pulling_away(S[[2, 0, 1]]).item() == pytest.approx(1 / 3)
    assert pulling_away(torch.eye(3)).item() == 0
    term = PullingAway()
    assert term(featured(term, judges=2, real=S, fake=S)).item() == pytest.approx(0.1 * 2 / 3)


def test_pulling_away_needs_two():
    with pytest.raises(ValueError, match="only 1") as error:
        pulling_away(S[:1])
    assert str(error.value) == (
        "pulling-away compares the fakes of a micro-batch with each other, but there is only 1. Give each at least 2: "
        "a larger trainer.batch_size, or fewer trainer.micro_batches."
    )


@pytest.mark.parametrize("term", [FeatureMatching(layer=2), FeatureMatching(layer=-3)])
def test_a_layer_that_is_not_there_is_refused(featured, term):
    with pytest.raises(ValueError, match="layer") as error:
        term(featured(term))
    assert str(error.value) == (
        f"feature-matching reads layer {term.layer} of the discriminator's features, but there are 2. Set its layer "
        "to a number from -2 to 1."
    )


@pytest.mark.parametrize(("term", "name"), [(FeatureMatching(), "feature-matching"), (PullingAway(), "pulling-away")])
def test_a_discriminator_without_features_is_refused(networks, make_step, term, name):
    gan = TwoPlayerGAN(networks["Fixed"](FAKE), networks["Quadratic"]().double(), Hinge(), regularizers={"term": term})
    with pytest.raises(ValueError, match="features") as error:
        term(Play(gan, make_step(REAL), "generator"))
    assert str(error.value) == (
        f"{name} reads features of the discriminator, but this one returns none. Choose another discriminator.type, "
        f"or leave the term out: regularizers.{name}=null."
    )
