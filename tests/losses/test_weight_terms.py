"""Orthogonal, spectral norm and historical averaging. Goldens: the papers' formulas, computed
apart from this code.
"""

import copy

import pytest
import torch
from torch import nn
from toys import ring, toy_gan, toy_trainer, weights

from ganfw.game import Play, TwoPlayerGAN
from ganfw.networks import Generator
from ganfw_losses import Hinge, HistoricalAveraging, Orthogonal, SpectralNorm, orthogonal_penalty
from ganfw_losses.regularizers.weights import matrices

W = torch.tensor([[1.0, 2.0], [0.0, 1.0]], dtype=torch.float64)


def test_orthogonal():
    w = W.clone().requires_grad_()
    assert orthogonal_penalty(w, full=True) == 24
    value = orthogonal_penalty(w)
    value.backward()
    assert value == 8
    assert w.grad.tolist() == [[0, 8], [8, 16]]


def test_the_weights_of_a_network_are_one_row_per_output_without_embeddings_norms_and_biases():
    network = nn.Sequential(
        nn.Linear(3, 5), nn.Conv2d(2, 4, 3), nn.ConvTranspose2d(2, 4, 3), nn.Embedding(7, 2), nn.BatchNorm2d(4)
    )
    assert [tuple(weight.shape) for weight in matrices(network)] == [(5, 3), (4, 18), (4, 18)]
    before = [weight.detach().clone() for weight in matrices(network)]
    SpectralNorm().attach(network)  # the raw weights stay what is regularized
    assert all(a.equal(b) for a, b in zip(matrices(network), before, strict=True))


@pytest.mark.parametrize("side", ["generator", "discriminator"])
def test_orthogonal_sums_over_the_layers_of_its_player(networks, make_step, side):
    term = Orthogonal(weight=2.0, side=side)
    gan = TwoPlayerGAN(networks["Perceptron"](), networks["Tanh"](), Hinge(), regularizers={"term": term})
    network = getattr(gan, side)
    expected = sum(orthogonal_penalty(network.layers[i].weight) for i in (0, 2))
    torch.testing.assert_close(term(Play(gan, make_step(torch.randn(2, 3)), side)), 2 * expected)
    assert [phase.name for phase in gan.phases if "term" in phase.loss(make_step(torch.randn(2, 3)))] == [side]


class Weightless(Generator):
    """Nothing to normalise."""

    latent_dim = 1

    def forward(self, z, condition=None):
        return z


@pytest.mark.parametrize(
    ("term", "name", "layers"),
    [
        (Orthogonal(), "orthogonal", "linear and convolutional layers"),
        (SpectralNorm("generator"), "spectral-norm", "linear, convolutional and embedding layers"),
    ],
)
def test_a_player_without_such_layers_is_refused(networks, term, name, layers):
    with pytest.raises(ValueError, match=name) as error:
        TwoPlayerGAN(Weightless(), networks["Tanh"](), Hinge(), regularizers={"term": term})
    assert str(error.value) == (
        f"{name} works on {layers}, but the generator, Weightless, has none. Leave it out: regularizers.{name}=null."
    )


@pytest.mark.parametrize(
    ("weight", "sigma"), [([[1.0, 2], [3, 4], [5, 6]], 9.52551809), ([[2.0, 1], [1, 3]], 3.61803399)]
)
def test_spectral_norm_divides_by_the_largest_singular_value(weight, sigma):
    torch.manual_seed(0)
    weight = torch.tensor(weight, dtype=torch.float64)
    layer = nn.Linear(2, len(weight), dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(weight)
    SpectralNorm().attach(layer)
    for _ in range(20):
        layer(torch.zeros(1, 2, dtype=torch.float64))
    torch.testing.assert_close(layer.weight, weight / sigma, atol=1e-6, rtol=0)
    assert torch.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, abs=1e-3)


def test_spectral_norm_takes_one_step_of_the_power_iteration_for_each_forward_in_training():
    # σ = uᵀWv from u = 1/√3, by Miyato et al. 2018, algorithm 1: v ← Wᵀu, then u ← Wv. PyTorch moves v once more
    # before it divides, half a step ahead; its σ, ‖Wᵀu‖, are worked out in float64.
    layer = nn.Linear(2, 3, bias=False, dtype=torch.float64)
    weight = layer.weight.data = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=torch.float64)
    SpectralNorm().attach(layer)
    norm = layer.parametrizations.weight[0]
    norm._u.fill_(3**-0.5)
    norm._v.copy_(nn.functional.normalize(weight.T @ norm._u, dim=0))
    for golden, ahead in ((9.52260469, 9.52550959), (9.52551807, 9.52551809), (9.52551809, 9.52551809)):
        v = norm._v.clone()
        used = layer(torch.eye(2, dtype=torch.float64)).T
        assert (norm._u @ weight @ v).item() == pytest.approx(golden, abs=1e-8)
        torch.testing.assert_close(used, weight / ahead, atol=0, rtol=1e-9)


def test_spectral_norm_is_on_every_layer_of_one_player_and_moves_in_training_alone():
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Embedding(5, 4), nn.Linear(4, 4), nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 2, 1), nn.ConvTranspose2d(2, 1, 1)
    )
    SpectralNorm().attach(network)
    normed = [name.split(".")[0] for name in network.state_dict() if name.endswith("original")]
    assert normed == ["0", "1", "3", "4"]
    x = torch.arange(5)
    for train, moves in ((True, True), (False, False)):
        network.train(train)
        before = copy.deepcopy(network.state_dict())
        network(x)
        assert any(not t.equal(before[name]) for name, t in network.state_dict().items()) == moves
    other = copy.deepcopy(network)
    for parameter in other.parameters():
        nn.init.normal_(parameter)
    other.load_state_dict(network.state_dict())
    assert other(x).equal(network(x))


def test_spectral_norm_leaves_alone_what_is_normalised_already(networks):
    network = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2)), nn.Linear(2, 2))
    SpectralNorm().attach(network)
    assert [len(layer.parametrizations.weight) for layer in network] == [1, 1]


def test_spectral_norm_trains_one_player(networks, take_steps):
    torch.manual_seed(0)
    gan = TwoPlayerGAN(
        networks["Perceptron"](), networks["Tanh"](), Hinge(), regularizers={"norm": SpectralNorm("generator")}
    )
    take_steps(gan, torch.randn(5, 3))
    assert any("parametrizations" in name for name, _ in gan.generator.named_parameters())
    assert not any("parametrizations" in name for name, _ in gan.discriminator.named_parameters())


class Scalar(Generator):
    """One parameter."""

    latent_dim = 1

    def __init__(self):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([9.0]))

    def forward(self, z, condition=None):
        return self.theta.expand(len(z), 3)


def test_historical_averaging(networks, make_step):
    term, generator = HistoricalAveraging(), Scalar()
    gan = TwoPlayerGAN(generator, networks["Tanh"](), Hinge(), regularizers={"term": term})
    play = Play(gan, make_step(torch.randn(2, 3)), "generator")
    assert term(play) == 0  # nothing has been learnt yet
    for theta in (1.0, 3.0, 4.0):
        generator.theta.data.fill_(theta)
        term.after_step({}.__getitem__)
    value = term(play)
    value.backward()
    assert value.item() == pytest.approx(1.77777778)
    assert generator.theta.grad.item() == pytest.approx(2 * (4 - 8 / 3))
    assert "generator" in dict(gan.named_children())
    assert not list(term.parameters())  # the player is not part of its own term


def test_historical_averaging_resumes(tmp_path):
    def train(steps, run):
        gan = toy_gan(regularizers={"history": HistoricalAveraging(side="discriminator")})
        return weights(toy_trainer(gan, ring(64), steps=steps, run=run, document={}).fit())

    whole = train(6, tmp_path / "whole")
    train(3, tmp_path / "parts")
    assert train(6, tmp_path / "parts").equal(whole)
