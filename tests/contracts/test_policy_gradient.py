"""Toy 5: a generator of tokens learns by policy gradient; the discriminator's verdict is the reward (SeqGAN)."""

import itertools

import torch
from torch import nn
from torch.nn import functional as F

import ganfw
from ganfw_losses import NonSaturating

LENGTH, VOCABULARY = 3, 4


class TokenGenerator(ganfw.Generator):
    """Tokens one after the other: a table of logits for each prefix. The latent is one uniform number a token."""

    latent_dim = LENGTH

    def __init__(self):
        super().__init__()
        self.tables = nn.ParameterList(nn.Parameter(torch.zeros(VOCABULARY**i, VOCABULARY)) for i in range(LENGTH))

    def prior(self, noise):
        return torch.special.ndtr(noise)

    def forward(self, z, condition=None):
        prefix, tokens = torch.zeros(len(z), dtype=torch.int64), []
        for table, u in zip(self.tables, z.unbind(1), strict=True):
            below = table[prefix].softmax(1).cumsum(1)[:, :-1]
            tokens.append((u[:, None] > below).sum(1))
            prefix = prefix * VOCABULARY + tokens[-1]
        return torch.stack(tokens, 1)

    def log_probability(self, tokens):
        prefix, total = torch.zeros(len(tokens), dtype=torch.int64), 0.0
        for table, token in zip(self.tables, tokens.unbind(1), strict=True):
            total = total + table[prefix].log_softmax(1).gather(1, token[:, None])[:, 0]
            prefix = prefix * VOCABULARY + token
        return total


class TokenDiscriminator(ganfw.Discriminator):
    def __init__(self, width=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(LENGTH * VOCABULARY, width),
            nn.LeakyReLU(0.2),
            nn.Linear(width, width),
            nn.LeakyReLU(0.2),
            nn.Linear(width, 1),
        )

    def forward(self, x, condition=None, *, features=False):
        return ganfw.Verdict([self.net(F.one_hot(x, VOCABULARY).flatten(1).float())[:, 0]])


class SequenceGAN(ganfw.TwoPlayerGAN):
    """Yu et al. 2017, equation 1, with the reward of whole sequences and a moving baseline."""

    def __init__(self):
        super().__init__(TokenGenerator(), TokenDiscriminator(), NonSaturating())
        self.register_buffer("baseline", torch.zeros(()))

    def generator_loss(self, step):
        play = ganfw.Play(self, step)
        reward = play.fake_verdict.logits[0]
        step.log("generator/reward", reward.mean())
        return {"policy": -((reward - self.baseline) * self.generator.log_probability(play.fake)).mean()}

    def after_step(self, mean):
        self.baseline.lerp_(mean("generator/reward"), 0.1)


SEQUENCES = torch.tensor(list(itertools.product(range(VOCABULARY), repeat=LENGTH)))
# Any distribution over the 64 sequences that is neither uniform nor a product of its tokens.
TARGET = torch.where(SEQUENCES.sum(1) % VOCABULARY == 0, 4.0, 0.2) * (1.0 + SEQUENCES[:, 0])
TARGET = TARGET / TARGET.sum()


def data(count=8192):
    chosen = torch.multinomial(TARGET, count, replacement=True, generator=torch.Generator().manual_seed(0))
    return ganfw.ArrayData(SEQUENCES[chosen], spec=ganfw.SequenceSpec(LENGTH, VOCABULARY))


def gan():
    torch.manual_seed(0)
    return SequenceGAN()


def settings(**more):
    generator = ganfw.AdamConfig(lr=1e-2, betas=(0.0, 0.99))
    discriminator = ganfw.AdamConfig(lr=5e-3, betas=(0.0, 0.99))
    return {"optimizers": {"generator": generator, "discriminator": discriminator}, "batch_size": 256, **more}


@torch.no_grad()
def total_variation(generator):
    return (generator.log_probability(SEQUENCES).exp() - TARGET).abs().sum().item() / 2


def test_the_distribution_of_sequences_approaches_the_target(make_trainer):
    trainer = make_trainer(gan(), data(), **settings(steps=800))
    generator = trainer.ema.shadows["generator"]
    assert total_variation(generator) > 0.5
    trainer.fit()
    assert total_variation(generator) < 0.1
    tokens = trainer.sample(5000)
    assert tokens.dtype == torch.int64
    drawn = torch.bincount((tokens * torch.tensor([16, 4, 1])).sum(1), minlength=len(TARGET)) / 5000
    assert (drawn - TARGET).abs().sum() / 2 < 0.15


def test_resumes_with_its_baseline(make_trainer, assert_resumes):
    whole = assert_resumes(lambda run, steps: make_trainer(gan(), data(), run=run, **settings(steps=steps)))
    assert whole.baseline != 0
