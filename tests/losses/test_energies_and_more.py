"""Losses on energies, on tokens, and on a part of the fakes. Goldens: the papers' formulas,
computed apart from this code.
"""

import copy

import pytest
import torch
from toys import ToyDiscriminator, ToyGenerator, ring

import ganfw
from ganfw_losses import BEGAN, EBGAN, Hinge, RpGAN, TopK, importance_weights, policy_loss

REAL, FAKE = torch.tensor([0.2, 0.6, 0.1]), torch.tensor([0.4, 1.3, 0.8])


def near(value, golden):
    torch.testing.assert_close(value, torch.tensor(golden, dtype=value.dtype), atol=1e-6, rtol=0)


def test_ebgan_has_a_margin_for_each_sample():
    """The hinge on the batch's mean would be 0.46666667."""
    near(EBGAN().discriminator(REAL, FAKE), 0.56666667)
    near(EBGAN().generator(FAKE), 0.83333333)
    near(EBGAN(margin=2).discriminator(REAL, FAKE), 0.3 + (1.6 + 0.7 + 1.2) / 3)


def test_began_and_its_controller():
    loss = BEGAN()
    loss.k.fill_(0.1)
    near(loss.discriminator(torch.tensor([0.3]), torch.tensor([0.2])), 0.28)
    near(loss.generator(torch.tensor([0.2])), 0.20)
    loss.after_step({"discriminator/real": torch.tensor(0.3), "discriminator/fake": torch.tensor(0.2)}.__getitem__)
    near(loss.k, 0.09995)
    near(loss.measure, 0.35)


@pytest.mark.parametrize(("start", "real", "end"), [(0.0, 0.0, 0.0), (1.0, 10.0, 1.0)])
def test_began_keeps_k_between_0_and_1(start, real, end):
    loss = BEGAN(rate=1)
    loss.k.fill_(start)
    loss.after_step({"discriminator/real": torch.tensor(real), "discriminator/fake": torch.tensor(0.5)}.__getitem__)
    assert loss.k == end


class Energy(ToyDiscriminator):
    """Squares of the toy's logits."""

    energies = True

    def forward(self, x, condition=None, *, features=False):
        return ganfw.Verdict([super().forward(x).logits[0].square()])


def trainer(loss, judge, run, steps):
    torch.manual_seed(0)
    gan = ganfw.TwoPlayerGAN(ToyGenerator(), judge(), loss)
    return ganfw.Trainer(
        gan, ring(), run=run, steps=steps, batch_size=32, sample_every=None, tracker=None, checkpoint_every=1000
    )  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "judge"), [(BEGAN(rate=0.05), Energy), (TopK(Hinge(), half_steps=4), ToyDiscriminator)]
)
def test_state_survives_a_resume(loss, judge, tmp_path):
    whole = trainer(copy.deepcopy(loss), judge, tmp_path / "whole", 12)
    whole.fit()
    trainer(copy.deepcopy(loss), judge, tmp_path / "part", 6).fit()
    resumed = trainer(copy.deepcopy(loss), judge, tmp_path / "part", 12)
    resumed.fit()
    ours, theirs = whole.gan.state_dict(), resumed.gan.state_dict()
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []
    moved = {name: tensor for name, tensor in ours.items() if name.startswith("loss.")}
    assert any(tensor != 0 for tensor in moved.values())


def test_energies_need_a_discriminator_of_energies():
    with pytest.raises(ganfw.GanfwError, match="energies"):
        ganfw.TwoPlayerGAN(ToyGenerator(), ToyDiscriminator(), EBGAN())


def test_boundary_seeking_on_tokens():
    """Weights of three samples of one latent, and the loss for g = 0.5, 0.3, 0.2."""
    logits = torch.tensor([[-1.5], [0.25], [1.0]], dtype=torch.float64, requires_grad=True)
    weights = importance_weights(logits)
    near(weights.squeeze(1), [0.05280641, 0.30387988, 0.64331371])
    assert not weights.requires_grad
    probabilities = torch.tensor([[0.5], [0.3], [0.2]], dtype=torch.float64)
    wanted = -(weights * probabilities.log()).sum()
    torch.testing.assert_close(policy_loss(probabilities.log(), logits), wanted)
    torch.testing.assert_close(policy_loss(probabilities.log().expand(3, 4), logits.expand(3, 4)), wanted)


def test_top_k_learns_from_the_fakes_that_are_liked_best():
    loss, fake = TopK(Hinge(), least=0.5, half_steps=10), torch.tensor([3.0, -1.0, 2.0, 0.0], requires_grad=True)
    assert loss.count(4) == 4
    for _ in range(10):
        loss.after_step(lambda name: torch.tensor(0.0))
    assert loss.count(4) == 2
    loss.generator(fake).backward()
    assert fake.grad.tolist() == [-0.5, 0, -0.5, 0]
    for _ in range(50):
        loss.after_step(lambda name: torch.tensor(0.0))
    assert (loss.count(4), loss.count(1)) == (2, 1)


def test_top_k_of_energies_takes_the_smallest():
    loss, fake = TopK(EBGAN(), half_steps=1), torch.tensor([3.0, 1.0], requires_grad=True)
    loss.after_step(lambda name: torch.tensor(0.0))
    loss.generator(fake).backward()
    assert fake.grad.tolist() == [0, 1]


def test_top_k_pairs_the_same_rows():
    loss, real, fake = TopK(RpGAN(), half_steps=1), torch.tensor([5.0, -5.0]), torch.tensor([1.0, 2.0])
    loss.after_step(lambda name: torch.tensor(0.0))
    torch.testing.assert_close(loss.generator(fake, real), RpGAN().generator(fake[1:], real[1:]))
    torch.testing.assert_close(loss.discriminator(real, fake), RpGAN().discriminator(real, fake))
