"""Terms on heads of the discriminator, and losses weighted by side. Goldens: the papers' formulas,
computed apart from this code.
"""

import math

import pytest
import torch
from torch.distributions import Normal
from torch.nn.functional import one_hot

import ganfw
from ganfw import Discriminator, Play, TwoPlayerGAN, Verdict
from ganfw_losses import AuxiliaryClassifier, Hinge, MutualInformation, NonSaturating, RpGAN, Supervised, Weighted

LOGITS = torch.tensor([1.0, 2.0, -0.5], dtype=torch.float64)
CROSS_ENTROPY = 0.37153903  # of these logits for class 1; after a softmax that is not wanted it would be 0.77822823


class Says(Discriminator):
    """The same of every sample: one row for a head."""

    def __init__(self, **heads):
        super().__init__()
        self.rows = heads
        self.heads = {name: len(row) for name, row in heads.items()}

    def forward(self, x, condition=None, *, features=False):
        return Verdict([x.flatten(1).mean(1)], heads={name: row.expand(len(x), -1) for name, row in self.rows.items()})


@pytest.fixture
def play(networks, make_step):
    def make(term, judge, player="discriminator", **batch):
        fakes = torch.zeros(4, 3, dtype=torch.float64)
        gan = TwoPlayerGAN(networks["Fixed"](fakes), judge, Hinge(), regularizers={"term": term})
        step = make_step(torch.ones(4, 3, dtype=torch.float64))
        step.batch = ganfw.Batch({**step.batch, **batch})
        return Play(gan, step, player)

    return make


@pytest.mark.parametrize(
    ("player", "weights", "factor"),
    [
        ("discriminator", {}, 2.0),
        ("discriminator", {"fake_weight": 0.0}, 1.0),
        ("discriminator", {"real_weight": 0.5, "fake_weight": 3.0}, 3.5),
        ("generator", {}, 1.0),
        ("generator", {"generator_weight": 0.1}, 0.1),
    ],
)
def test_the_auxiliary_classifier_is_cross_entropy_of_logits(play, player, weights, factor):
    term = AuxiliaryClassifier(3, **weights)
    given = play(term, Says(**{"class": LOGITS}), player, condition=torch.ones(4, dtype=torch.int64))
    assert term(given).item() == pytest.approx(factor * CROSS_ENTROPY, abs=1e-6)
    assert ("discriminator/class_accuracy" in given.step.logged) == (player == "discriminator")


def test_the_accuracy_that_is_logged_is_that_on_real_samples(play):
    term = AuxiliaryClassifier(3)
    given = play(term, Says(**{"class": LOGITS}), condition=torch.tensor([1, 1, 1, 0]))
    term(given)
    assert given.step.logged["discriminator/class_accuracy"].item() == 0.75


def test_samples_without_classes_are_explained(play):
    term = AuxiliaryClassifier(3)
    with pytest.raises(ganfw.GanfwError) as caught:
        term(play(term, Says(**{"class": LOGITS})))
    assert str(caught.value) == (
        "auxiliary-classifier needs data with classes, and these have none. Say where they are: data.labels=true for "
        "data that ship, data.labels=folders or a column's name for your own; or leave the term out: "
        "regularizers.auxiliary-classifier=null."
    )


def gradients(networks, make_step, terms, labels, classes):
    """Of the generator, from each term of its phase."""
    torch.manual_seed(0)
    generator, judge = networks["Perceptron"](), networks["Tanh"](heads={"class": classes})
    gan = TwoPlayerGAN(generator, judge, NonSaturating(), regularizers=terms)
    step = make_step(torch.randn(6, 3, generator=torch.Generator().manual_seed(1)))
    step.batch = ganfw.Batch({**step.batch, "condition": labels})
    step.enter("generator")
    losses = gan.generator_loss(step)
    return {
        name: torch.autograd.grad(loss, list(generator.parameters()), retain_graph=True)
        for name, loss in losses.items()
    }


def test_labels_reach_the_generator_by_the_classifier_alone(networks, make_step):
    labels = torch.tensor([0, 1, 2, 0, 1, 2])
    ours, shuffled = (
        gradients(networks, make_step, {"class": AuxiliaryClassifier(3)}, these, 3)
        for these in (labels, labels.roll(1))
    )
    assert all(map(torch.equal, ours["adversarial"], shuffled["adversarial"]))
    assert not any(map(torch.equal, ours["class"], shuffled["class"]))


def test_with_one_class_it_is_the_game_without(networks, make_step):
    labels = torch.zeros(6, dtype=torch.int64)
    one = gradients(networks, make_step, {"class": AuxiliaryClassifier(1)}, labels, 1)
    none = gradients(networks, make_step, {}, labels, 1)
    assert all(map(torch.equal, one["adversarial"], none["adversarial"]))
    assert not any(gradient.any() for gradient in one["class"])


def test_supervised_is_cross_entropy_on_the_labelled_samples(play):
    term = Supervised(3, weight=2.0)
    batch = {"labelled": torch.ones(4, 3).double(), "label": torch.tensor([1, 1, 1, 1])}
    given = play(term, Says(**{"class": LOGITS}), **batch)
    assert term(given).item() == pytest.approx(2 * CROSS_ENTROPY, abs=1e-6)
    assert given.step.logged["discriminator/class_accuracy"].item() == 1


def test_supervised_says_where_few_labels_come_from(play):
    term = Supervised(3)
    with pytest.raises(ganfw.GanfwError) as caught:
        term(play(term, Says(**{"class": LOGITS})))
    assert str(caught.value) == (
        "a term learns from the few samples that are labelled, but the data bring none apart. Give "
        "data.type=semi-supervised, with the labelled data under data.data."
    )


def test_a_label_beyond_the_head_is_explained(play):
    term = Supervised(3)
    batch = {"labelled": torch.ones(4, 3).double(), "label": torch.tensor([1, 0, 4, 1])}
    with pytest.raises(ganfw.GanfwError) as caught:
        term(play(term, Says(**{"class": LOGITS}), **batch))
    assert str(caught.value) == (
        "supervised was made for 3 classes, but the data have a label 4, counted from 0. Set "
        "regularizers.supervised.classes and discriminator.heads.class to the number of classes."
    )


def test_the_logit_of_k_classes_against_fakes():
    """Salimans et al. 2016, section 5: D = Z / (Z + 1) with Z the sum of exponentials."""
    z = LOGITS.logsumexp(0, keepdim=True)
    assert z.item() == pytest.approx(2.37153903, abs=1e-8)
    loss, surely = NonSaturating(), torch.tensor([1000.0], dtype=torch.float64)
    assert loss.discriminator(z, -surely).item() == pytest.approx(0.08923446, abs=1e-8)
    assert loss.discriminator(surely, z).item() == pytest.approx(2.46077349, abs=1e-8)


def codes_of(play, head, *, continuous=0, **settings):
    """The term for latents that begin with one-hot codes 0, 1, 2, 3 of ten and the continuous ones ½."""
    term = MutualInformation((10,), continuous, **settings)
    given = play(term, Says(code=torch.zeros(sum(term.heads.values()))))
    codes = torch.cat([one_hot(torch.arange(4), 10), torch.full((4, continuous), 0.5)], 1).double()
    given.__dict__["z"] = torch.cat([codes, torch.randn(4, 2)], 1)
    given.__dict__["fake_verdict"] = Verdict([torch.zeros(4)], heads={"code": head(codes)})
    return term, given


def test_nothing_is_known_where_q_is_the_prior(play):
    term, given = codes_of(play, lambda codes: torch.zeros(4, 10))
    value = term(given)
    assert given.step.logged["discriminator/mutual_information"].item() == pytest.approx(0, abs=1e-6)
    assert value.item() == pytest.approx(math.log(10))


def test_everything_is_known_where_q_is_certain_and_right(play):
    term, given = codes_of(play, lambda codes: 1000 * codes)
    value = term(given)
    assert given.step.logged["discriminator/mutual_information"].item() == pytest.approx(math.log(10))
    assert value.item() == pytest.approx(0)


@pytest.mark.parametrize("learned_std", [False, True])
def test_continuous_codes_have_a_normal_likelihood(play, learned_std):
    mean, log_std = torch.tensor([0.25, -0.5]), torch.tensor([0.3, -0.2]) if learned_std else torch.zeros(2)
    parts = [torch.zeros(10), mean, *([log_std] if learned_std else [])]
    term, given = codes_of(
        play, lambda codes: torch.cat(parts).expand(4, -1), continuous=2, learned_std=learned_std, weight=0.0,
        continuous_weight=1.0,
    )  # fmt: skip
    likelihood = Normal(mean, log_std.exp()).log_prob(torch.tensor(0.5)).sum()
    assert term(given).item() == pytest.approx(-likelihood.item() - math.log(2 * math.pi), abs=1e-6)


def test_both_players_gain_by_the_codes(networks, make_step):
    """A term that is cut from the graph gives neither a gradient."""
    torch.manual_seed(0)
    term = MutualInformation((2,), 1)
    judge = networks["Tanh"](heads={"code": 3})
    gan = TwoPlayerGAN(networks["Perceptron"](), judge, Hinge(), regularizers={"codes": term})
    assert [phase.name for phase in gan.phases] == ["discriminator", "generator"]
    for player in ("discriminator", "generator"):
        gan.zero_grad()
        term(Play(gan, make_step(torch.randn(5, 3)), player)).backward()
        assert all(parameter.grad.any() for parameter in gan.generator.parameters())
        assert all(parameter.grad.any() for parameter in judge.further["code"].parameters())


def test_latents_shorter_than_the_codes_are_explained(networks, make_step):
    term = MutualInformation((10,), 2)
    judge = networks["Tanh"](heads={"code": 12})
    gan = TwoPlayerGAN(networks["Perceptron"](), judge, Hinge(), regularizers={"codes": term})
    with pytest.raises(ganfw.GanfwError) as caught:
        term(Play(gan, make_step(torch.randn(5, 3))))
    assert str(caught.value) == (
        "mutual-information looks for codes of length 12 at the front of the latents, but these have length 4. Give "
        "the generator the same codes (generator.categorical, generator.continuous), and the discriminator's head as "
        "long."
    )


def test_each_side_of_a_loss_has_its_weight():
    real, fake = torch.tensor([2, 0.5, -1]), torch.tensor([-1.5, 0.25, 1])
    loss = Weighted(Hinge(), discriminator=0.5, generator=0)
    assert loss.discriminator(real, fake).item() == pytest.approx(0.5 * 1.91666667)
    assert loss.generator(fake).item() == 0
    assert Weighted(Hinge(), generator=3).generator(fake).item() == pytest.approx(3 * 0.08333333)


def test_a_weighted_loss_asks_for_what_the_loss_within_does():
    real, fake = torch.tensor([2, 0.5, -1]), torch.tensor([-1.5, 0.25, 1])
    assert Weighted(RpGAN()).compares
    assert Weighted(RpGAN(), generator=2).generator(fake, real).item() == pytest.approx(2 * 1.49420595)
    assert not Weighted(Hinge()).compares
