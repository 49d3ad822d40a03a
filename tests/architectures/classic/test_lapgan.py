"""LAPGAN: the pyramid is exact, levels learn on real pictures and apart, and samples are made coarse to fine."""

import pytest
import torch

import ganfw
from ganfw_classic import (
    LAPGAN,
    DCGANDiscriminator,
    LAPGANDiscriminator,
    LAPGANGenerator,
    MLPDiscriminator,
    MLPGenerator,
)
from ganfw_classic.configs_of_pyramids import LAPGANGeneratorConfig
from ganfw_classic.lapgan import down, pyramid, up
from ganfw_losses import R1, DiffAugment, NonSaturating, RpGAN

SIZE, LEVELS = 16, 2


def networks(classes=0, levels=LEVELS):
    torch.manual_seed(0)
    small = {"size": SIZE, "channels": 1, "levels": levels, "width": 4, "classes": classes}
    coarse = {"shape": (1, SIZE >> levels, SIZE >> levels), "classes": classes}
    generator = LAPGANGenerator(MLPGenerator(hidden=(8,), latent_dim=6, **coarse), **small)
    return generator, LAPGANDiscriminator(MLPDiscriminator(hidden=(8,), **coarse), **small)


def game(classes=0, loss=None, **more):
    generator, discriminator = networks(classes)
    return LAPGAN(generator=generator, discriminator=discriminator, loss=loss or NonSaturating(), **more)


def batch(count=4, classes=0):
    rng = torch.Generator().manual_seed(1)
    more = {"condition": torch.randint(classes, (count,), generator=rng)} if classes else {}
    return ganfw.Batch({"real": 2 * torch.rand(count, 1, SIZE, SIZE, generator=rng) - 1, **more})


def test_what_is_taken_apart_can_be_put_together():
    """Denton et al. 2015, equations 1 and 2: h_k = I_k − u(I_k+1), and I_k = u(I_k+1) + h_k."""
    *fine, x = pyramid(batch().real, LEVELS)
    residuals = [picture - up(down(picture)) for picture in fine]
    for residual, wanted in zip(reversed(residuals), reversed(fine), strict=True):
        x = up(x) + residual
        torch.testing.assert_close(x, wanted)


def test_u_and_d_are_linear_and_keep_flat_pictures():
    x, y = torch.randn(2, 1, 1, 8, 8)
    for operator in (up, down):
        torch.testing.assert_close(operator(x + 2 * y), operator(x) + 2 * operator(y))
        torch.testing.assert_close(operator(torch.ones(1, 1, 8, 8)), torch.ones_like(operator(x)))


def test_levels_that_add_nothing_give_the_coarsest_picture_blown_up():
    generator, _ = networks()
    for level in generator.finer:
        torch.nn.init.zeros_(level.residual[-1].weight)
        torch.nn.init.zeros_(level.residual[-1].bias)
    z = torch.randn(4, generator.latent_dim)
    torch.testing.assert_close(generator.eval()(z), up(up(generator.coarsest(z[:, :6]))))


def test_what_a_level_makes_is_in_the_range_of_pictures_like_what_the_next_one_is_told():
    generator, _ = networks()
    for level in generator.finer:
        torch.nn.init.constant_(level.residual[-1].bias, -0.7)
    told = torch.linspace(-1, 1, 64).view(1, 1, 8, 8).expand(2, 1, 8, 8)
    made = generator.finer[0](torch.zeros(2, 64), told)
    assert made.min() == -1
    assert made.max() > -1
    assert generator(torch.randn(2, generator.latent_dim)).abs().max() <= 1


def test_each_level_has_a_plane_of_noise():
    generator, _ = networks()
    assert generator.lengths == [6, 8 * 8, 16 * 16]
    z = torch.randn(2, generator.latent_dim)
    other = z.clone()
    other[:, 6 + 64 :] = torch.randn(2, 256)
    first, second = generator.eval()(z), generator(other)
    assert not torch.equal(first, second)
    other[:, :6] = torch.randn(2, 6)
    assert (generator(other) - first).abs().mean() > (second - first).abs().mean()


def test_the_discriminators_see_the_pictures_of_the_pyramid_beside_their_blurred_forms():
    gan, real = game(), batch().real
    plays = gan.plays(ganfw.Step(ganfw.Batch({"real": real})), "discriminator")
    assert [play.real.shape[-1] for play in plays] == [4, 8, 16]
    torch.testing.assert_close(plays[2].real, real, rtol=0, atol=0)
    torch.testing.assert_close(plays[1].real, down(real))
    torch.testing.assert_close(plays[2].condition, up(down(real)))
    assert plays[0].condition is None
    # A fake is what its level makes of the real picture below it: close to that as long as nothing is learned.
    assert (plays[2].fake - plays[2].condition).abs().mean() < 0.2
    assert [play.fake.shape for play in plays] == [play.real.shape for play in plays]


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_levels_learn_apart_from_each_other(player):
    """What one level is like does not change another one's gradient, so one step for all is a step for each."""

    def gradients(change):
        gan = game()
        if change:
            for network in (gan.generator.finer[0], gan.discriminator.finer[0]):
                for parameter in network.parameters():
                    parameter.data.mul_(1.5)
        gan.discriminator.eval()  # dropout would draw from one stream for all
        step = ganfw.Step(batch())
        step.enter(player)
        getattr(gan, f"{player}_loss")(step)["adversarial"].backward()
        network = getattr(gan, player)
        parts = (network.coarsest, network.finer[0], network.finer[1])
        return [torch.cat([p.grad.flatten() for p in part.parameters()]) for part in parts]

    before, after = gradients(change=False), gradients(change=True)
    torch.testing.assert_close(after[0], before[0], rtol=0, atol=0)
    torch.testing.assert_close(after[2], before[2], rtol=0, atol=0)
    assert not torch.allclose(after[1], before[1])


def test_loss_and_regularizers_are_those_of_any_game():
    gan = game(loss=RpGAN(), regularizers={"r1": R1(1.0, every=4)}, augmentation=DiffAugment(("translation",)))
    assert [phase.name for phase in gan.phases] == ["discriminator", "discriminator/r1", "generator"]
    for phase in gan.phases:
        step = ganfw.Step(batch())
        step.enter(phase.name)
        gan.zero_grad()
        sum(phase.loss(step).values()).backward()
        assert all(p.grad.isfinite().all() for p in gan.networks()[phase.networks].parameters() if p.grad is not None)


def test_a_penalty_is_the_sum_over_the_levels():
    gan = game(regularizers={"r1": R1(1.0)})
    gan.discriminator.eval()
    step = ganfw.Step(batch())
    found = gan.discriminator_loss(step)["r1"]
    wanted = sum(R1(1.0)(play) for play in gan.plays(step, "discriminator"))
    torch.testing.assert_close(found, wanted)


def test_a_picture_and_its_blurred_form_are_augmented_alike():
    class Flip(ganfw.Augmentation):
        def forward(self, x, draw):
            return x.flip(3)

    gan, plain = game(augmentation=Flip()).eval(), game().eval()
    real = batch().real
    plays = [
        g.plays(ganfw.Step(ganfw.Batch({"real": x})), "discriminator") for g, x in ((gan, real), (plain, real.flip(3)))
    ]
    for flipped, wanted in zip(*plays, strict=True):
        torch.testing.assert_close(flipped.real_verdict.logits[0], wanted.real_verdict.logits[0])


def test_classes_reach_every_level():
    classes = ganfw.Condition("class", 3)
    gan = game(classes=3, condition=classes).eval()
    gan.generator_loss(ganfw.Step(batch(classes=3)))["adversarial"].backward()
    for level in gan.generator.finer:
        assert level.residual[0].weight.grad[:, 1:4].any()
    made = [gan.sample(4, rng=torch.Generator().manual_seed(0), condition=torch.full((4,), i)) for i in (0, 1)]
    assert not torch.equal(*made)


def test_pictures_of_the_pyramid_are_judged_at_every_level():
    _, discriminator = networks()
    verdict = discriminator(batch().real, features=True)
    assert [logits.shape for logits in verdict.logits] == [(4,)] * 3
    assert len(verdict.features) == 3


def test_networks_without_levels_are_refused():
    generator, discriminator = networks()
    with pytest.raises(ganfw.GanfwError) as caught:
        LAPGAN(generator=generator, discriminator=DCGANDiscriminator(size=16, channels=1), loss=NonSaturating())
    assert str(caught.value) == (
        "gan=laplacian plays level by level, but its discriminator is a DCGANDiscriminator, which has none. Set "
        "discriminator.type=lapgan, with the network of the coarsest level under discriminator.coarsest."
    )
    with pytest.raises(ganfw.GanfwError) as caught:
        LAPGAN(generator=networks(levels=1)[0], discriminator=discriminator, loss=NonSaturating())
    assert str(caught.value) == (
        "the generator has 1 levels above the coarsest and the discriminator 2. Set discriminator.levels=1."
    )


def test_a_size_that_cannot_be_halved_so_often_is_refused():
    config = LAPGANGeneratorConfig(coarsest="mlp", levels=3)
    with pytest.raises(ganfw.GanfwError) as caught:
        config.build(ganfw.ImageSpec(28, 1))
    assert str(caught.value) == (
        "image.size=28 cannot be halved 3 times, which lapgan does for its levels. Use image.size=32, or "
        "generator.levels=2 discriminator.levels=2."
    )
