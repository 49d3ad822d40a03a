"""Each phase of each game: who learns, from what, and in which direction."""

import math

import pytest
import torch
from encoder_games import GAMES, LABELLED, spec_of

import ganfw
from ganfw.training.updating import Freezer
from ganfw_encoders import Extrinsic
from ganfw_losses import Hinge, LeastSquares, NonSaturating, RpGAN

PHASES = {
    "aae": [("autoencoder", {"encoder", "generator"}), ("discriminator", {"discriminator"}), ("encoder", {"encoder"})],
    "aae-semi-supervised": [
        ("autoencoder", {"encoder", "generator"}), ("discriminator", {"discriminator"}), ("encoder", {"encoder"}),
        ("classifier", {"encoder"}),
    ],
    "bigan": [("discriminator", {"discriminator"}), ("generator", {"generator", "encoder"})],
    "bicogan": [("discriminator", {"discriminator"}), ("generator", {"generator", "encoder"})],
    "vae": [("autoencoder", {"encoder", "generator"})],
    "vae-gan": [("encoder", {"encoder"}), ("discriminator", {"discriminator"}), ("generator", {"generator"})],
}  # fmt: skip


@pytest.mark.parametrize("name", GAMES)
def test_each_phase_gives_gradients_to_its_own_networks_alone(name, game, step):
    gan = game(name)
    freezer = Freezer(gan)
    assert [(phase.name, set(phase.network_names)) for phase in gan.phases] == PHASES[name]
    play = step()
    for phase in gan.phases:
        gan.zero_grad()
        freezer.only(phase.network_names)
        play.enter(phase.name)
        sum(phase.loss(play).values()).backward()
        moved = {n for n, network in gan.networks().items() if any(p.grad is not None for p in network.parameters())}
        assert moved == set(phase.network_names), phase.name
        for network in phase.network_names:
            gradients = [p.grad for p in getattr(gan, network).parameters() if p.grad is not None]
            assert all(gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("name", GAMES)
def test_it_samples_encodes_and_reconstructs(name, game, step):
    gan, x = game(name).eval(), step().batch.real
    assert gan.averaged == ("generator", "encoder")
    with torch.no_grad():
        assert gan.sample(3, rng=torch.Generator().manual_seed(0)).shape == (3, 1, 8, 8)
        assert gan.encode(x).shape == (6, 4)
        assert gan.reconstruct(x).shape == x.shape


@pytest.mark.parametrize("name", GAMES)
def test_it_says_how_real_it_holds_samples_where_it_judges_them(name, game, step):
    gan, play = game(name).eval(), step()
    said = gan.realness(play.batch.real, play.batch.get("condition"))
    if name in {"aae", "aae-semi-supervised", "vae"}:
        assert said is None
    else:
        logits = gan.plays(play, "discriminator")[0].real_verdict.logits
        torch.testing.assert_close(said, torch.stack(list(logits), 1))


def logits_of(gan, step):
    play = gan.plays(step, "generator")[0]
    return play.real_verdict.logits[0], play.fake_verdict.logits[0]


@pytest.mark.parametrize("loss", [NonSaturating(), Hinge(), LeastSquares(), RpGAN()], ids=lambda x: type(x).__name__)
def test_encoder_and_generator_get_the_discriminators_loss_with_labels_flipped(game, step, loss):
    gan = game("bigan")
    gan.loss = loss
    real, fake = logits_of(gan, step())
    terms = gan.generator_loss(step())
    torch.testing.assert_close(terms["adversarial"], loss.discriminator(fake, real))


def test_the_encoder_makes_real_pairs_look_fake_and_the_generator_fakes_real(game, step):
    gan = game("bigan")
    before = logits_of(gan, step())
    gan.generator_loss(step())["adversarial"].backward()
    with torch.no_grad():
        for parameter in gan.encoder.parameters():
            parameter.sub_(0.05 * parameter.grad)
    real, fake = logits_of(gan, step())
    assert real.mean() < before[0].mean()
    assert torch.equal(fake, before[1])
    with torch.no_grad():
        for parameter in gan.generator.parameters():
            parameter.sub_(0.05 * parameter.grad)
    assert logits_of(gan, step())[1].mean() > before[1].mean()


def test_penalties_see_pairs(game, step):
    gan = game("bigan", regularizers={"r1": {"gamma": 2}, "gradient-penalty": {}})
    play = gan.plays(step(), "discriminator")[0]
    assert play.real.shape == play.fake.shape == (6, 64 + 4)
    x = play.real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(play.judge(x).logits[0].sum(), x)
    assert (gradient[:, 64:] != 0).all()
    torch.testing.assert_close(gan.discriminator_loss(step())["r1"], gradient.square().sum(1).mean())


def test_pairs_of_bicogan_hold_the_given_class(game, step):
    gan = game("bicogan")
    play = gan.plays(step(), "discriminator")[0]
    given = torch.nn.functional.one_hot(torch.arange(6) % 3, 3).float()
    assert torch.equal(play.real[:, -3:], given)
    assert torch.equal(play.fake[:, -3:], given)
    torch.testing.assert_close(play.real[:, 64:68], gan.encode(step().batch.real))
    assert gan.find_condition(step().batch.real).shape == (6, 3)


def test_the_extrinsic_weight_grows_to_its_largest():
    # min(α exp(ρ t), φ), with t in thousands of images
    term = Extrinsic(alpha=0.5, rho=0.1, phi=4.0)
    assert term.weight(0) == pytest.approx(0.5)
    assert term.weight(10_000) == pytest.approx(0.5 * math.e)
    assert term.weight(10**9) == pytest.approx(4.0)
    assert Extrinsic(alpha=0).weight(5) == 0
    found, classes = torch.zeros(2, 4), torch.tensor([1, 3])
    assert term(found, classes, 0).item() == pytest.approx(0.5 * math.log(4))
    assert term(found, torch.full((2, 4), 2.0), 0).item() == pytest.approx(2.0)


def test_codes_that_are_told_their_class_are_held_to_its_component(game, step):
    small = {"encoder": {"type": "mlp", "hidden": [8], "code_dim": 2}}
    generator = {"type": "mlp", "hidden": [8], "norm": "none", "latent_dim": 2}
    gan = game("aae", spec=LABELLED, **small, generator=generator, prior="mixture", label_informed=True)
    play = gan.plays(step(), "discriminator")[0]
    assert play.real.shape == play.fake.shape == (6, 2 + 3)
    assert torch.equal(play.real[:, 2:].argmax(1), torch.arange(6) % 3)
    angle = torch.atan2(play.real[:, 1], play.real[:, 0]).div(2 * math.pi / 3).round() % 3
    assert torch.equal(angle.long(), torch.arange(6) % 3)


def test_the_class_of_a_code_is_a_distribution_and_has_a_judge(game, step):
    gan = game("aae-semi-supervised")
    code = gan.encode(step().batch.real)
    torch.testing.assert_close(code[:, :2].sum(1), torch.ones(6))
    assert torch.equal(gan.classify(step().batch.real), code[:, :2])
    assert len(gan.plays(step(), "discriminator")[0].real_verdict.logits) == 2
    first = torch.nn.functional.cross_entropy(gan.encoder(step().batch.labelled)[:, :2], step().batch.label)
    torch.testing.assert_close(gan.phases[-1].loss(step())["supervised"], first)


def test_the_bound_is_the_sum_of_its_parts(game, step):
    gan, x = game("vae"), step().batch.real
    terms = gan.loss(step())
    noise = step().noise(6, 4)
    mean, log_variance = gan.encoder.distribution(x)
    made = gan.generator(mean + (log_variance / 2).exp() * noise)
    p, wanted = (made + 1) / 2, (x + 1) / 2
    unlikely = -(wanted * p.log() + (1 - wanted) * (1 - p).log()).flatten(1).sum(1).mean()
    torch.testing.assert_close(terms["reconstruction"], unlikely)
    assert game("vae", beta=3).loss(step())["kl"].item() == pytest.approx(3 * terms["kl"].item())


def test_vae_gan_compares_pictures_by_features_and_mixes_its_fakes(game, step):
    def unlikeness(play):
        wanted, found = (gan.discriminator(x, features=True).features[0][-1] for x in (play.real, play.reconstruction))
        return 0.5 * (wanted - found).square().sum(1).mean()

    gan = game("vae-gan", gamma=0.5)
    torch.testing.assert_close(
        gan.encoder_loss(step())["reconstruction"], unlikeness(gan.plays(step(), "generator")[0])
    )
    play = gan.plays(step(), "generator")[0]
    assert torch.equal(play.fake[3:], play.reconstruction[3:])
    assert torch.equal(play.fake[:3], gan.generator(play.z[:3]))
    torch.testing.assert_close(gan.generator_loss(step())["reconstruction"], 0.5 * unlikeness(play))


@pytest.mark.parametrize("name", GAMES)
def test_one_step_repeats_and_a_resumed_run_is_the_unbroken_one(name, game, tmp_path):
    from ganfw.testing.toys import toy_data

    def train(steps, run=None):
        gan = game(name)
        settings = {"steps": steps, "batch_size": 8, "log_every": 1, "sample_every": None, "tracker": None}
        ganfw.Trainer(gan, toy_data(spec_of(name)), run=run, document={}, **settings).fit()
        return gan.state_dict()

    whole, again = train(4), train(4)
    train(2, tmp_path)
    resumed = train(4, tmp_path)
    for key, value in whole.items():
        assert torch.equal(value, again[key]), key
        assert torch.equal(value, resumed[key]), key


@pytest.mark.parametrize("name", GAMES)
def test_two_parts_of_a_batch_give_the_gradient_of_the_whole(name, game, step):
    """What several processes do: the mean of their gradients is that of one."""
    gan, count = game(name), 6
    whole = step(count).batch

    def gradients(phase, parts):
        gan.zero_grad()
        for part in range(parts):
            size = count // parts
            share = ganfw.Step(whole.rows(part * size, (part + 1) * size), part=part, parts=parts)
            share.enter(phase.name)
            (sum(phase.loss(share).values()) / parts).backward()
        return [p.grad.clone() for n in phase.network_names for p in getattr(gan, n).parameters() if p.grad is not None]

    for phase in gan.phases:
        if name == "vae-gan" and phase.name != "encoder":
            continue  # which half of a batch is reconstructed is chosen within each part
        for one, two in zip(gradients(phase, 1), gradients(phase, 2), strict=True):
            torch.testing.assert_close(two, one, rtol=1e-4, atol=1e-6)
