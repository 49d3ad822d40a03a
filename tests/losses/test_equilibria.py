"""Games of so few numbers that theory tells their whole course: Mescheder et al. 2018, section 2, on the Dirac-GAN, and
Goodfellow et al. 2014, proposition 1 and theorem 1, on the best discriminator.
"""

import math

import pytest
import torch
from torch import nn

from ganfw.game import TwoPlayerGAN
from ganfw.networks import Discriminator, Verdict
from ganfw_losses import FGAN, R1, R2, GradientPenalty, Minimax, NonSaturating, RpGAN, Wasserstein

RADIUS = 0.01  # small: only near its centre does the logistic loss pull as hard everywhere


@pytest.fixture
def dirac(networks, make_step):
    """Where the players of the Dirac-GAN, D(x) = ψx with one real at 0 and one fake at θ, are after some time.

    They start at (ψ, θ) = (0, RADIUS) and follow their own gradients, both at once, by the fourth-order Runge-Kutta
    method.
    """

    def play(loss, time, terms=(), steps=40):
        gan = TwoPlayerGAN(
            networks["Fixed"](torch.tensor([[RADIUS]], dtype=torch.float64)),
            networks["Linear"](0.0).double(),
            loss,
            regularizers={type(term).__name__: term for term in terms},
        )
        step, players = make_step(torch.zeros(1, 1, dtype=torch.float64)), (gan.discriminator.w, gan.generator.samples)

        def velocity(at):
            for player, place in zip(players, at, strict=True):
                player.data.fill_(place)
            moves = []
            for phase, player in zip(gan.phases, players, strict=True):
                step.enter(phase.name)
                moves.append(-torch.autograd.grad(sum(phase.loss(step).values()), player)[0].squeeze())
            return torch.stack(moves)

        at, h = torch.tensor([0.0, RADIUS], dtype=torch.float64), time / steps
        for _ in range(steps):
            first = velocity(at)
            second = velocity(at + h / 2 * first)
            third = velocity(at + h / 2 * second)
            at = at + h / 6 * (first + 2 * second + 2 * third + velocity(at + h * third))
        return at

    return play


def near(at, expected):
    torch.testing.assert_close(at, torch.as_tensor(expected, dtype=at.dtype), atol=1e-3 * RADIUS, rtol=0)


# Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?: (ψ, θ) moves by (-speed · θ, speed · ψ),
# where the speed is the slope of the loss at a logit of 0.
@pytest.mark.parametrize(
    ("loss", "speed"), [(Wasserstein(), 1), (Minimax(), 0.5), (NonSaturating(), 0.5), (RpGAN(), 0.5)]
)
def test_without_a_penalty_the_players_circle(dirac, loss, speed):
    turn = 2 * math.pi / speed
    near(dirac(loss, turn / 4), [-RADIUS, 0])
    near(dirac(loss, turn), [0, RADIUS])


# The same: a penalty of γ/2 ψ², which all of these are here, adds -γ ψ to the move of ψ. The solution is a matrix
# exponential, and its eigenvalues are left of 0.
@pytest.mark.parametrize(
    ("loss", "speed", "terms", "gamma"),
    [
        (Wasserstein(), 1, [R1(1.0)], 1),
        (Wasserstein(), 1, [R2(1.5)], 1.5),
        (Wasserstein(), 1, [GradientPenalty(0.5, target=0.0)], 1),
        (Minimax(), 0.5, [R1(0.5)], 0.5),
        (NonSaturating(), 0.5, [R2(1.0)], 1),
        (RpGAN(), 0.5, [R1(0.5), R2(0.5)], 1),
    ],
)
def test_zero_centred_penalties_draw_the_players_to_the_equilibrium(dirac, loss, speed, terms, gamma):
    turn = 2 * math.pi / speed
    moves = torch.tensor([[-gamma, -speed], [speed, 0]], dtype=torch.float64)
    for time in (turn / 4, turn):
        at = dirac(loss, time, terms)
        near(at, torch.linalg.matrix_exp(time * moves)[:, 1] * RADIUS)
    assert at.norm() < 0.06 * RADIUS


class Table(Discriminator):
    """One logit for each of eight places."""

    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(8, dtype=torch.float64))

    def forward(self, x, condition=None, *, features=False):
        return Verdict([self.logits[x.long()]])


TWO_HILLS, ONE_HILL = [1, 6, 9, 4, 4, 9, 6, 1], [2, 3, 5, 10, 10, 5, 3, 2]


@pytest.mark.parametrize("counts", [ONE_HILL, TWO_HILLS], ids=["other fakes", "fakes as the reals"])
@pytest.mark.parametrize("loss", [Minimax(), NonSaturating(), FGAN("gan")], ids=lambda loss: type(loss).__name__)
def test_the_best_table_is_p_over_p_plus_q_and_its_loss_tells_the_divergence(networks, make_step, loss, counts):
    # Goodfellow et al. 2014, proposition 1 and theorem 1: the loss is log 4 - 2 JSD(p, q), log 4 where q = p.
    real, fake = (torch.arange(8.0).repeat_interleave(torch.tensor(n)) for n in (TWO_HILLS, counts))
    gan = TwoPlayerGAN(networks["Fixed"](fake), Table(), loss)
    step, phase = make_step(real), gan.phases[0]
    step.enter(phase.name)
    optimizer = torch.optim.LBFGS(
        gan.discriminator.parameters(), max_iter=100, tolerance_grad=1e-12, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        value = phase.loss(step)["adversarial"]
        value.backward()
        return value

    optimizer.step(closure)
    p, q = (torch.tensor(n, dtype=torch.float64) / 40 for n in (TWO_HILLS, counts))
    torch.testing.assert_close(gan.discriminator.logits.sigmoid(), p / (p + q), atol=1e-5, rtol=0)
    divergence = sum((x * (2 * x / (p + q)).log()).sum() / 2 for x in (p, q))
    assert closure().item() == pytest.approx(math.log(4) - 2 * divergence.item(), abs=1e-10)
