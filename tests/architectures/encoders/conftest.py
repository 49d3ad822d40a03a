"""Small games of every kind, and a step to play them on."""

import pytest
import torch
from encoder_games import GAMES, spec_of

import ganfw
from ganfw.config.resolve import recipe_from_document


@pytest.fixture
def recipe():
    """A tiny recipe of a game, with changes."""

    def make(name, **changes):
        return recipe_from_document({"gan": name, **GAMES[name], **changes})

    return make


@pytest.fixture
def game(recipe):
    """A tiny game, its weights drawn from one seed."""

    def make(name, *, spec=None, **changes):
        torch.manual_seed(0)
        return recipe(name, **changes).build(spec or spec_of(name))

    return make


@pytest.fixture
def step():
    """A step with all that any of these games reads."""

    def make(count=6, **settings):
        rng = torch.Generator().manual_seed(1)
        x, labelled = torch.rand(2, count, 1, 8, 8, generator=rng) * 2 - 1
        label = torch.arange(count) % 2
        batch = ganfw.Batch({"real": x, "condition": torch.arange(count) % 3, "labelled": labelled, "label": label})
        return ganfw.Step(batch, **settings)

    return make
