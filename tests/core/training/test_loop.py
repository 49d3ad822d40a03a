"""What a step does: which phases run, who learns, and with which gradient."""

import pytest
import torch
from torch.nn.functional import softplus
from toys import GradientNorm, ToyDiscriminator, ToyGenerator, ring, toy_gan, toy_trainer, weights

import ganfw
from ganfw.training.step import Batch
from ganfw_losses import PathLength


def spy(gan):
    """Record the phases that run and which networks could learn in each."""
    seen = []

    def watch(phase):
        def loss(step):
            learning = {n for n, net in gan.networks().items() if all(p.requires_grad for p in net.parameters())}
            frozen = {n for n, net in gan.networks().items() if not any(p.requires_grad for p in net.parameters())}
            assert learning | frozen == set(gan.networks())
            seen.append((phase.name, learning))
            return phase.loss(step)

        return ganfw.Phase(**{**vars(phase), "loss": loss})

    gan.phases = [watch(phase) for phase in gan.phases]
    return seen


def test_only_the_named_networks_can_learn_in_a_phase():
    gan = toy_gan()
    seen = spy(gan)
    toy_trainer(gan, steps=1).fit()
    assert seen == [("discriminator", {"discriminator"}), ("generator", {"generator"})]
    assert all(p.requires_grad for p in gan.parameters())


def test_the_schedule_of_phases_is_the_declared_one():
    gan = toy_gan(generator_every=3, regularizers={"r1": GradientNorm(every=2)})
    seen = spy(gan)
    toy_trainer(gan, steps=6, cuda_graphs=False).fit()  # a graph is replayed without its Python
    d, r, g = "discriminator", "discriminator/r1", "generator"
    assert [name for name, _ in seen] == [d, r, d, d, r, g, d, d, r, d, g]


def test_gradients_equal_a_hand_written_step():
    data = ring(16)
    sgd = ganfw.SGDConfig(lr=0.1)
    gan, twin = toy_gan(), toy_gan()
    optimizers = {"generator": sgd, "discriminator": sgd}
    trainer = toy_trainer(gan, data, steps=1, optimizers=optimizers, precision="float32")
    twin.to(trainer.device)
    batches = []
    gan.phases = list(gan.phases)
    original = trainer.run_step
    trainer.run_step = lambda batch: (batches.append(batch), original(batch))
    trainer.fit()

    step = ganfw.Step(batches[0], seed=0)
    for phase, network, loss in [
        (
            "discriminator",
            twin.discriminator,
            lambda d, fake, real: softplus(-d(real)).mean() + softplus(d(fake)).mean(),
        ),
        ("generator", twin.generator, lambda d, fake, real: softplus(-d(fake)).mean()),
    ]:
        step.enter(phase)
        fake = twin.generator(step.noise(16, 4))
        value = loss(lambda x: twin.discriminator(x).logits[0], fake, batches[0].real)
        with torch.no_grad():
            for p, g in zip(network.parameters(), torch.autograd.grad(value, list(network.parameters())), strict=True):
                p.sub_(0.1 * g)
    torch.testing.assert_close(weights(gan), weights(twin), rtol=0, atol=1e-6)


def test_micro_batches_give_the_step_of_the_whole_batch():
    sgd = ganfw.SGDConfig(lr=0.1)
    results = []
    for micro_batches in (1, 4):
        gan = toy_gan(regularizers={"r1": GradientNorm()}).double()
        options = {"optimizers": {"generator": sgd, "discriminator": sgd}, "micro_batches": micro_batches}
        results.append(weights(toy_trainer(gan, steps=10, **options).fit()))
    torch.testing.assert_close(*results, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("side", "other", "term", "lr", "corrected_lr", "corrected_decay"),
    [
        ("discriminator", "generator", GradientNorm(every=16), 0.0025, 0.00235294, 0.99058546),
        ("generator", "discriminator", PathLength(every=4, latent="z"), 0.002, 0.0016, 0.99199197),
    ],
)
def test_lazy_phase_multiplies_its_term_and_corrects_adam(side, other, term, lr, corrected_lr, corrected_decay):
    # Karras et al. 2020 (StyleGAN2), appendix B, as configured for D, k = 16, and for G, k = 4: lr · k / (k + 1), and
    # the power k / (k + 1) of .99.
    gan = toy_gan(regularizers={"lazy": term})
    adam = ganfw.AdamConfig(lr=lr, betas=(0.0, 0.99))
    trainer = toy_trainer(gan, steps=1, optimizers={"discriminator": adam, "generator": adam})
    assert next(phase.gain for phase in gan.phases if phase.name == f"{side}/lazy") == term.every
    trainer.fit()
    group = trainer.updaters[side].optimizer.param_groups[0]
    assert float(group["lr"]) == pytest.approx(corrected_lr, abs=1e-8)
    assert group["betas"][1] == pytest.approx(corrected_decay, abs=1e-8)
    assert float(trainer.updaters[other].optimizer.param_groups[0]["lr"]) == pytest.approx(lr)


def test_learning_rate_follows_images_shown():
    schedule = ganfw.Schedule(start=1.0, end=0.0, from_kimg=0, to_kimg=0.16)
    trainer = toy_trainer(steps=6, optimizers={"generator": ganfw.SGDConfig(lr=schedule)}, cuda_graphs=False)
    seen = []
    step = trainer.updaters["generator"].step
    trainer.updaters["generator"].step = lambda phase, watch=None: (
        step(phase), seen.append(float(trainer.updaters["generator"].optimizer.param_groups[0]["lr"]))
    )  # fmt: skip
    trainer.fit()
    assert seen == pytest.approx([1.0, 0.9, 0.8, 0.7, 0.6, 0.5])


def test_frozen_networks_do_not_move_and_their_phases_are_left_out():
    gan = toy_gan()
    before = weights(gan.generator)
    seen = spy(gan)
    toy_trainer(gan, steps=2, freeze=["generator"]).fit()
    assert {name for name, _ in seen} == {"discriminator"}
    torch.testing.assert_close(weights(gan.generator), before, rtol=0, atol=0)


def test_start_from_takes_the_networks_that_are_there(tmp_path):
    trained = toy_trainer(toy_gan(seed=1), run=tmp_path / "one", steps=3).fit()
    gan = toy_gan(seed=2)
    toy_trainer(gan, start=tmp_path / "one", run=tmp_path / "two", steps=1, freeze=["generator"])
    torch.testing.assert_close(weights(gan.generator), weights(trained.generator), rtol=0, atol=0)


def test_a_parameter_that_a_phase_does_not_reach_is_not_moved():
    class Idle(ToyGenerator):
        def __init__(self):
            super().__init__()
            self.unused = torch.nn.Parameter(torch.ones(3))

    gan = ganfw.TwoPlayerGAN(Idle(), ToyDiscriminator(), toy_gan().loss)
    toy_trainer(gan, steps=3).fit()
    assert gan.generator.unused.tolist() == [1, 1, 1]


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_hands_float32_to_the_losses(precision):
    gan = toy_gan(regularizers={"r1": GradientNorm()})
    seen = []

    class Watch(type(gan.loss)):
        def discriminator(self, real, fake):
            seen.extend([real.dtype, fake.dtype])
            return super().discriminator(real, fake)

    gan.loss = Watch()
    before = weights(gan)
    trainer = toy_trainer(gan, steps=2, precision=precision)
    trainer.fit()
    assert set(seen) == {torch.float32}
    assert torch.isfinite(weights(gan)).all()
    assert not torch.equal(weights(gan), before)
    assert (trainer.updaters["generator"].scaler is not None) == (precision == "fp16")


def test_controllers_see_the_mean_over_micro_batches():
    class Controlled(ganfw.TwoPlayerGAN):
        def after_step(self, mean):
            seen.append(mean("discriminator/real").item())

    seen, gan = [], toy_gan()
    gan.__class__ = Controlled
    data = ring(16)
    real = (
        gan.discriminator(torch.from_numpy(data.rows(*[__import__("numpy").arange(16)] * 2)["real"])).logits[0].mean()
    )
    sgd = ganfw.SGDConfig(lr=0.0)
    settings = {"micro_batches": 4, "precision": "float32", "optimizers": {"generator": sgd, "discriminator": sgd}}
    toy_trainer(gan, data, steps=1, **settings).fit()
    assert seen[0] == pytest.approx(real.item(), abs=1e-6)


def test_batch_names_what_it_lacks():
    batch = Batch({"real": torch.zeros(2, 2)})
    with pytest.raises(AttributeError, match=r"^the batch has no 'caption'; it has real$"):
        _ = batch.caption


def test_a_lazy_penalty_of_the_generator_counts_its_own_updates():
    class OnGenerator(GradientNorm):
        side = "generator"

    gan = toy_gan(generator_every=4, regularizers={"r1": OnGenerator(every=2)})
    trainer = toy_trainer(gan)
    due = [[phase.name for phase in gan.phases if phase.due(index)] for index in range(16)]
    assert sum("generator" in names for names in due) == 4
    assert sum("generator/r1" in names for names in due) == 2
    assert trainer.updaters["generator"].correction == pytest.approx(2 / 3)


def test_networks_are_in_training_mode_unless_they_are_frozen():
    gan = toy_gan().eval()
    toy_trainer(gan, steps=1, freeze=["generator"])
    assert gan.discriminator.training
    assert not gan.generator.training


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stesp": 3}, "Trainer has no setting 'stesp'; did you mean steps?"),
        ({"config": ganfw.TrainerConfig(), "steps": 3}, "give the trainer a config or steps by keyword, not both"),
    ],
)
def test_settings_are_not_ignored(settings, message):
    with pytest.raises(ganfw.GanfwError) as caught:
        ganfw.Trainer(toy_gan(), ring(), **settings)
    assert str(caught.value) == message


def test_a_long_gradient_is_clipped():
    """Golden: the gradient (3, 4) at most 1 long is (0.59999988, 0.79999984), PyTorch's own 1e-6 included."""

    class Slope(ganfw.GAN):
        averaged = ("net",)

        def __init__(self):
            super().__init__()
            self.net = torch.nn.Linear(2, 1, bias=False)
            self.phases = [ganfw.Phase("only", "net", self.loss)]

        def loss(self, step):
            return {"slope": (self.net.weight * self.net.weight.new_tensor([[3.0, 4.0]])).sum()}

    moved = {}
    for limit in (None, 1.0, 10.0):
        gan = Slope()
        before = gan.net.weight.detach().clone()
        config = ganfw.SGDConfig(lr=1.0, max_gradient_norm=limit)
        toy_trainer(gan, steps=1, ema=None, optimizers={"net": config}).fit()
        moved[limit] = (before - gan.net.weight.detach().cpu()).squeeze()
    torch.testing.assert_close(moved[None], torch.tensor([3.0, 4.0]), rtol=0, atol=1e-6)
    torch.testing.assert_close(moved[1.0], torch.tensor([0.59999988, 0.79999984]), rtol=0, atol=1e-6)
    torch.testing.assert_close(moved[10.0], moved[None])
