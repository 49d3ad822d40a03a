"""The two-player game puts parts together, and refuses what does not fit."""

from typing import ClassVar

import pytest
import torch
from toys import GradientNorm, Logistic, ToyDiscriminator, ToyGenerator, toy_gan, toy_trainer

import ganfw
from ganfw.game import Play
from ganfw.training.step import Batch
from ganfw_losses import HistoricalAveraging, WeightClip


def make_step(count=8, **columns):
    return ganfw.Step(Batch({"real": torch.randn(count, 2), **columns}))


def test_a_penalty_of_every_step_joins_its_players_phase():
    gan = toy_gan(regularizers={"r1": GradientNorm()})
    assert [phase.name for phase in gan.phases] == ["discriminator", "generator"]
    assert set(gan.phases[0].loss(make_step())) == {"adversarial", "r1"}
    assert gan.phases[0].second_order
    assert not gan.phases[1].second_order


def test_a_lazy_penalty_has_a_phase_of_its_own():
    gan = toy_gan(regularizers={"r1": GradientNorm(every=16)})
    lazy = gan.phases[1]
    assert (lazy.name, lazy.every, lazy.gain, lazy.second_order) == ("discriminator/r1", 16, 16.0, True)
    assert set(lazy.loss(make_step())) == {"penalty"}
    assert set(gan.phases[0].loss(make_step())) == {"adversarial"}


def test_each_verdict_is_computed_once_per_phase():
    gan = toy_gan()
    play = Play(gan, make_step())
    assert play.fake is play.fake
    assert play.real_verdict is play.real_verdict
    assert play.z.shape == (8, 4)


def test_losses_are_summed_over_judges():
    class TwoJudges(ToyDiscriminator):
        def forward(self, x, condition=None, *, features=False):
            return ganfw.Verdict([self.net(x), 2 * self.net(x)])

    gan, step = toy_gan(), make_step()
    torch.manual_seed(0)
    double = ganfw.TwoPlayerGAN(gan.generator, TwoJudges(), Logistic())
    double.discriminator.load_state_dict(gan.discriminator.state_dict())
    step.enter("generator")
    fake = gan.discriminator(Play(gan, step).fake).logits[0]
    step.enter("generator")
    expected = Logistic().generator(fake) + Logistic().generator(2 * fake)
    torch.testing.assert_close(double.phases[1].loss(step)["adversarial"], expected)


def test_terms_are_summed_over_the_plays_of_a_phase():
    class Twice(ganfw.TwoPlayerGAN):
        def plays(self, step, player):
            play = super().plays(step, player)
            return 2 * play

    once = toy_gan(regularizers={"r1": GradientNorm(), "lazy": GradientNorm(every=4)})
    twice = Twice(once.generator, once.discriminator, Logistic(), regularizers=dict(once.regularizers.items()))
    for one, two in zip(once.phases, twice.phases, strict=True):
        losses = []
        for phase in (one, two):
            step = ganfw.Step(Batch({"real": torch.ones(8, 2)}))
            step.enter(phase.name)
            losses.append(phase.loss(step))
        assert losses[0].keys() == losses[1].keys()
        for name, value in losses[0].items():
            torch.testing.assert_close(losses[1][name], 2 * value)


@pytest.mark.parametrize("compares", [True, False])
def test_the_generators_phase_judges_real_samples_only_for_losses_that_compare(compares):
    class Watching(Logistic):
        def generator(self, fake, real=None):
            seen.append(real)
            return super().generator(fake)

    Watching.compares = compares
    seen = []
    toy_gan(loss=Watching()).phases[1].loss(make_step())
    assert (seen[0] is not None) == compares


def test_real_and_fake_are_augmented_with_draws_of_their_own():
    class Shift(ganfw.Augmentation):
        def forward(self, x, draw):
            shifts.append(draw.uniform(len(x)))
            return x + shifts[-1][:, None]

    shifts = []
    toy_gan(augmentation=Shift()).phases[0].loss(make_step())
    assert len(shifts) == 2
    assert not torch.equal(*shifts)


def test_fakes_share_the_condition_of_the_batch():
    class Conditional(ToyGenerator):
        def forward(self, z, condition=None):
            conditions.append(condition)
            return super().forward(z)

    conditions, labels = [], torch.arange(8)
    gan = ganfw.TwoPlayerGAN(
        Conditional(), ToyDiscriminator(), Logistic(), condition=ganfw.Condition("class", count=10)
    )
    gan.phases[0].loss(make_step(condition=labels))
    gan.sample(5, rng=torch.Generator().manual_seed(0))
    assert torch.equal(conditions[0], labels)
    assert conditions[1].shape == (5,)
    assert conditions[1].dtype == torch.int64
    assert conditions[1].max() < 10


def test_constraints_hold_after_each_step_of_their_player():
    class Clip(ganfw.Constraint):
        def forward(self, network):
            for parameter in network.parameters():
                parameter.clamp_(-0.01, 0.01)

    gan = toy_trainer(toy_gan(regularizers={"clip": Clip()}), steps=2).fit()
    assert max(p.abs().max() for p in gan.discriminator.parameters()) <= 0.01 + 1e-9
    assert max(p.abs().max() for p in gan.generator.parameters()) > 0.01


def test_a_per_sample_penalty_on_a_network_that_mixes_samples_is_refused():
    discriminator = ToyDiscriminator()
    discriminator.uses_batch_statistics = True
    with pytest.raises(ganfw.GanfwError) as caught:
        ganfw.TwoPlayerGAN(ToyGenerator(), discriminator, Logistic(), regularizers={"r1": GradientNorm()})
    assert str(caught.value) == (
        "regularizers.r1 penalises each sample's own gradient, but ToyDiscriminator mixes the samples of a batch "
        "(batch normalisation), so that gradient is not defined. Build the discriminator without it "
        "(discriminator.norm=none), or leave out the penalty."
    )


def test_terms_move_their_state_even_if_a_gan_overrides_after_step():
    class Counting(Logistic):
        def __init__(self):
            super().__init__()
            self.register_buffer("steps", torch.tensor(0))

        def after_step(self, mean):
            self.steps += 1

    class Silent(ganfw.TwoPlayerGAN):
        def after_step(self, mean):
            pass

    gan = Silent(ToyGenerator(), ToyDiscriminator(), Counting())
    toy_trainer(gan, steps=3).fit()
    assert gan.loss.steps == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"freeze": ["encoder"]}, "freeze: there is no network 'encoder'; the networks are generator, discriminator"),
        (
            {"freeze": ["generator", "discriminator"]},
            "freeze: every phase's networks are frozen, so nothing would learn",
        ),
        (
            {"batch_size": 10, "micro_batches": 4},
            "trainer.batch_size=10 does not divide into 1 process(es) times 4 micro-batch(es); "
            "trainer.batch_size=8 would",
        ),
        (
            {"optimizers": {"critic": ganfw.AdamConfig()}},
            "optimizers.critic: no phase uses an optimizer of that name; TwoPlayerGAN has discriminator, generator",
        ),
    ],
)
def test_what_cannot_train_is_refused(settings, message):
    with pytest.raises(ganfw.GanfwError) as caught:
        toy_trainer(**settings)
    assert str(caught.value) == message


def test_a_phase_that_names_no_network_is_refused():
    gan = toy_gan()
    gan.phases = [ganfw.Phase("encoder", "encoder", gan.generator_loss)]
    with pytest.raises(ganfw.GanfwError) as caught:
        toy_trainer(gan)
    assert str(caught.value) == ("phase 'encoder' optimises 'encoder', but the networks are generator, discriminator")


def test_a_term_of_both_players_is_told_whose_turn_it_is():
    class Both(ganfw.Regularizer):
        side = "both"

        def forward(self, play):
            seen.append(play.player)
            return play.fake.sum() * 0

    for every, names in ((1, ["discriminator", "generator"]), (2, ["discriminator/both", "generator/both"])):
        seen = []
        gan = toy_gan(regularizers={"both": Both(every=every)})
        for phase in gan.phases:
            phase.loss(make_step())
        assert seen == ["discriminator", "generator"]
        assert [
            phase.name for phase in gan.phases if phase.gain == every and (every == 1 or "/" in phase.name)
        ] == names


def test_one_class_of_term_serves_either_player():
    class OfOne(ganfw.Regularizer):
        def __init__(self, side):
            super().__init__()
            self.side = side

        def attach(self, network):
            attached.append(type(network).__name__)

        def forward(self, play):
            return play.fake.sum() * 0

    attached = []
    gan = toy_gan(regularizers={"one": OfOne("discriminator"), "other": OfOne("generator")})
    assert attached == ["ToyDiscriminator", "ToyGenerator"]
    assert [list(phase.loss(make_step())) for phase in gan.phases] == [["adversarial", "one"], ["adversarial", "other"]]


def test_a_style_generator_is_a_generator_in_two_parts():
    class Styled(ganfw.StyleGenerator):
        latent_dim = 4

        def mapping(self, z, condition=None):
            return torch.stack([z[:, :2], z[:, 2:]], 1)

        def synthesis(self, w):
            return w.sum(1)

    z = torch.randn(3, 4)
    assert Styled()(z).equal(z[:, :2] + z[:, 2:])


def test_terms_get_to_know_their_player_when_the_game_is_made():
    class Bound(ganfw.Regularizer):
        side = "generator"

        def attach(self, network):
            self.register_buffer("mean", torch.zeros(sum(p.numel() for p in network.parameters())))

        def forward(self, play):
            return self.mean.sum()

    class Halved(ganfw.Constraint):
        def attach(self, network):
            for parameter in network.parameters():
                parameter.data /= 2

    plain = toy_gan()
    gan = toy_gan(regularizers={"bound": Bound(), "halved": Halved()})
    assert "regularizers.bound.mean" in gan.state_dict()
    torch.testing.assert_close(gan.discriminator.net[0].weight * 2, plain.discriminator.net[0].weight)
    toy_trainer(gan, steps=1).fit()  # a constraint without a second method leaves the weights alone afterwards


def test_features_are_asked_for_where_a_term_reads_them():
    class Featured(ToyDiscriminator):
        def forward(self, x, condition=None, *, features=False):
            asked.append(features)
            return super().forward(x, condition)

    class Reads(ganfw.Regularizer):
        features = True

        def forward(self, play):
            return play.real_verdict.logits[0].mean()

    for regularizers, wanted in (({}, False), ({"reads": Reads()}, True)):
        asked = []
        gan = ganfw.TwoPlayerGAN(ToyGenerator(), Featured(), Logistic(), regularizers=regularizers)
        gan.phases[0].loss(make_step())
        assert set(asked) == {wanted}


@pytest.mark.parametrize(
    ("loss", "judge", "message"),
    [
        (
            True, False,
            "Judge judges by logits, but Energy expects energies, as EBGAN and BEGAN do. Choose another loss.type, or "
            "another discriminator.type.",
        ),
        (
            False, True,
            "Judge judges by energies, which are lower for what is more real, but Energy expects logits, as most "
            "losses do. Choose another loss.type, or another discriminator.type.",
        ),
    ],
)  # fmt: skip
def test_energies_and_logits_are_not_mixed(loss, judge, message):
    class Judge(ToyDiscriminator):
        energies = judge

    class Energy(Logistic):
        energies = loss

    with pytest.raises(ganfw.GanfwError) as error:
        ganfw.TwoPlayerGAN(ToyGenerator(), Judge(), Energy())
    assert str(error.value) == message


class Heads(ganfw.Regularizer):
    """Reads a class of three."""

    heads: ClassVar = {"class": 3}

    def forward(self, play):
        return play.real_verdict.heads["class"].mean()


@pytest.mark.parametrize(("there", "shown"), [({}, "none"), ({"class": 4, "code": 2}, "class: 4, code: 2")])
def test_a_term_that_reads_a_head_needs_it(there, shown):
    discriminator = ToyDiscriminator()
    discriminator.heads = there
    with pytest.raises(ganfw.GanfwError) as caught:
        ganfw.TwoPlayerGAN(ToyGenerator(), discriminator, Logistic(), regularizers={"digits": Heads()})
    assert str(caught.value) == (
        "regularizers.digits reads the discriminator's head 'class' of length 3, but the heads of ToyDiscriminator are "
        f"{shown}. Set discriminator.heads.class=3, or discriminator.class=3 where its type has no other head; or "
        "leave the term out: regularizers.digits=null."
    )
    discriminator.heads = {"class": 3}
    ganfw.TwoPlayerGAN(ToyGenerator(), discriminator, Logistic(), regularizers={"digits": Heads()})


class OnHalves(ganfw.Play):
    """Real samples are halved, whoever asks."""

    @property
    def real(self):
        return self.step.batch.real / 2


class TwoMakers(ganfw.TwoPlayerGAN):
    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("helper", "generator")}

    def plays(self, step, player):
        return [OnHalves(self, step, player)]


def test_a_subclass_says_who_plays_and_what_is_real():
    norms = {"clip": WeightClip(0.01), "history": HistoricalAveraging(every=4)}
    norms["clip"].side = "generator"
    torch.manual_seed(0)
    gan = TwoMakers(
        ToyGenerator(), ToyDiscriminator(), Logistic(), regularizers=norms, further={"helper": torch.nn.Linear(2, 2)}
    )
    assert [(p.name, p.networks, p.optimizer_name) for p in gan.phases] == [
        ("discriminator", "discriminator", "discriminator"),
        ("helper", ("helper", "generator"), "helper"),
        ("helper/history", ("helper", "generator"), "helper"),
    ]
    assert len(norms["history"].mean) == sum(p.numel() for n in (gan.helper, gan.generator) for p in n.parameters())
    step = ganfw.Step(ganfw.Batch({"real": torch.ones(4, 2)}))
    assert torch.equal(gan.plays(step, "discriminator")[0].real, torch.full((4, 2), 0.5))
    gan.after_optimizer(gan.phases[1])
    assert all(p.abs().max() <= 0.01 for n in (gan.helper, gan.generator) for p in n.parameters())
    assert any(p.abs().max() > 0.01 for p in gan.discriminator.parameters())


def test_a_term_is_evaluated_each_step_or_less_often():
    with pytest.raises(ganfw.GanfwError) as error:
        HistoricalAveraging(every=0)
    assert str(error.value) == (
        "HistoricalAveraging: every=0, but it is a number of steps: give 1 for each of them, or more. To leave a term "
        "out, do not give it."
    )
