"""EBGAN's autoencoder: what its energy is, through what the generator learns, and the pulling-away term on its code."""

import pytest
import torch

import ganfw
from ganfw_classic import DCGANGenerator, EBGANDiscriminator
from ganfw_losses import EBGAN, NonSaturating, PullingAway
from ganfw_losses.regularizers.features import pulling_away


def judge(**settings):
    torch.manual_seed(0)
    return EBGANDiscriminator(**{"size": 16, "channels": 1, "width": 4, **settings})


def test_the_layers_are_those_of_the_paper():
    """Zhao et al. 2017, appendix D, for 64 pixels: (64)4c2s-(128)4c2s-(256)4c2s and its mirror."""
    with torch.device("meta"):
        network = EBGANDiscriminator(size=64, code_size=8)
    made = [(m.in_channels, m.out_channels) for m in network.modules() if hasattr(m, "stride") and m.stride == (2, 2)]
    assert made == [(3, 64), (64, 128), (128, 256), (256, 128), (128, 64), (64, 3)]
    assert all(m.kernel_size == (4, 4) for m in network.modules() if hasattr(m, "stride") and m.stride == (2, 2))
    assert network.encoder[-1].out_channels == 256  # no normalisation on the way of the code


def test_the_sum_over_a_picture_is_the_mean_times_its_size():
    x = torch.randn(5, 1, 16, 16)
    mean, total = (judge(reduction=reduction)(x).logits[0] for reduction in ("mean", "sum"))
    assert mean.shape == (5,)
    torch.testing.assert_close(total, 256 * mean)


def test_the_generators_gradient_flows_through_the_picture_and_through_its_reconstruction():
    network, x = judge(), torch.randn(4, 1, 16, 16, requires_grad=True)
    (whole,) = torch.autograd.grad(EBGAN().generator(network(x).logits[0]), x)

    def path(picture, seen):
        return (torch.tanh(network.decoder(network.encoder(seen))) - picture).square().mean()

    (direct,) = torch.autograd.grad(path(x, x.detach()), x)
    (through,) = torch.autograd.grad(path(x.detach(), x), x)
    torch.testing.assert_close(whole, direct + through)
    assert direct.abs().max() > 0
    assert through.abs().max() > 0


def test_the_hinge_is_that_of_each_sample():
    """A fake beyond the margin gives the discriminator nothing more to do; its neighbours are not spared by it."""
    energies = torch.tensor([0.1, 5.0], requires_grad=True)
    EBGAN(margin=1).discriminator(torch.zeros(2), energies).backward()
    assert energies.grad.tolist() == [-0.5, 0.0]


def test_the_pulling_away_term_reads_the_code():
    network = judge()
    gan = ganfw.TwoPlayerGAN(
        DCGANGenerator(size=16, channels=1, width=4, latent_dim=6), network, EBGAN(),
        regularizers={"pulling-away": PullingAway(weight=0.1)},
    )  # fmt: skip
    step = ganfw.Step(ganfw.Batch({"real": torch.randn(4, 1, 16, 16)}))
    step.enter("generator")
    found = gan.generator_loss(step)["pulling-away"]
    step.enter("generator")
    codes = network.encoder(ganfw.Play(gan, step, "generator").fake)
    torch.testing.assert_close(found, 0.1 * pulling_away(codes.flatten(1)))


def test_logits_do_not_fit():
    with pytest.raises(ganfw.GanfwError, match="energies"):
        ganfw.TwoPlayerGAN(DCGANGenerator(size=16, channels=1), judge(), NonSaturating())


@pytest.mark.parametrize("code_size", [6, 32, 64])
def test_a_code_that_halving_never_reaches_is_refused(code_size):
    with pytest.raises(ganfw.GanfwError) as caught:
        judge(size=32, code_size=code_size)
    assert str(caught.value) == (
        f"discriminator.code_size={code_size} cannot be reached by halving a picture of 32 pixels; "
        "it could be 4, 8, 16."
    )


def test_a_size_that_halving_never_reaches_names_the_network():
    with pytest.raises(ganfw.GanfwError, match=r"image.size=48 cannot be made by EBGAN"):
        judge(size=48)
