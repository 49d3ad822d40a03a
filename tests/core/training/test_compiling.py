"""torch.compile as an option: tried first, exact where it works, and left out with a word where it does not."""

import logging

import pytest
import torch
from torch import nn
from toys import GradientNorm, toy_gan, toy_trainer, weights


@pytest.fixture
def compile_with(monkeypatch):
    """Let the trainer compile with another backend than the one that needs a C++ compiler."""
    compile_module = nn.Module.compile

    def use(backend):
        torch.compiler.reset()
        monkeypatch.setattr(
            nn.Module, "compile", lambda net, **settings: compile_module(net, backend=backend, **settings)
        )

    yield use
    torch.compiler.set_stance("default")
    torch.compiler.reset()


def broken(graph, inputs):
    raise RuntimeError("assert_size_stride(buf3, ...)\nin convolution_backward")


def trained(**settings):
    gan = toy_gan(regularizers={"r1": GradientNorm(every=2)}, norm=True)
    toy_trainer(gan, steps=4, **settings).fit()
    return weights(gan)


def test_compiled_networks_learn_the_same(compile_with):
    graphs = []

    def counting(graph, inputs):
        graphs.append(graph)
        return graph.forward

    compile_with(counting)
    assert torch.equal(trained(compile=True), trained())
    assert graphs


def test_what_does_not_compile_runs_as_it_is(compile_with, caplog):
    compile_with(broken)
    with caplog.at_level(logging.WARNING, "ganfw"):
        learned = trained(compile=True)
    assert torch.equal(learned, trained())
    (record,) = (record for record in caplog.records if record.name == "ganfw")
    assert record.message.startswith("torch.compile does not work here, so the networks run as they are: ")
    assert "assert_size_stride" in record.message


def test_what_the_trial_logs_is_forgotten(compile_with):
    """A run that goes on tries again, and the first step's means must be those of a run that was not broken off."""
    means = []

    class Reads(type(toy_gan())):
        def after_step(self, mean):
            means.append(mean("discriminator/real"))

    for compiled in (False, True):
        compile_with(lambda graph, inputs: graph.forward)
        gan = toy_gan()
        toy_trainer(Reads(gan.generator, gan.discriminator, gan.loss), steps=1, compile=compiled, micro_batches=2).fit()
    assert torch.equal(*means)
