"""L1, L2 and cycle consistency."""

import torch

from ganfw.gan import GAN
from ganfw_losses import L1, L2, CycleConsistency

X = torch.tensor([[0.0, 1.0], [2.0, -1.0]])
Y = torch.tensor([[0.5, 1.0], [0.0, -2.0]])  # differences -.5, 0, 2, 1


def test_distances_are_means_over_all_elements():
    torch.testing.assert_close(L1()(X, Y), torch.tensor(3.5 / 4))
    torch.testing.assert_close(L2()(X, Y), torch.tensor(5.25 / 4))


def test_cycle_is_ten_times_l1_unless_told_otherwise():
    torch.testing.assert_close(CycleConsistency()(X, Y), torch.tensor(8.75))
    torch.testing.assert_close(CycleConsistency(weight=2, norm=L2())(X, Y), torch.tensor(2.625))
    assert CycleConsistency()(X, X) == 0


def test_gradient_reaches_the_reconstruction():
    reconstructed = Y.clone().requires_grad_()
    CycleConsistency()(X, reconstructed).backward()
    torch.testing.assert_close(reconstructed.grad, 2.5 * torch.tensor([[1.0, 0.0], [-1.0, -1.0]]))


def test_a_gan_does_not_take_them_for_networks():
    gan = GAN()
    gan.cycle, gan.generator = CycleConsistency(), torch.nn.Linear(1, 1)
    assert list(gan.networks()) == ["generator"]
