"""Numbers that no run could use are refused when the settings are read."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from ganfw.config.base import Config, Schedule
from ganfw.config.problems import Problem, problems_of
from ganfw.config.trainer import AdamConfig, SGDConfig, TrainerConfig
from ganfw_losses.configs.regularizers import GradientPenaltyConfig, R1Config, R2Config

INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("config", "document", "path", "message"),
    [
        (TrainerConfig, {"kimg": INF}, "kimg", "expected a finite number, got Infinity"),
        (AdamConfig, {"lr": NAN}, "lr", "expected a finite number or a mapping (key: value), got NaN"),
        (AdamConfig, {"lr": -1}, "lr", "has to be at least 0, got -1"),
        (AdamConfig, {"lr": {"start": 1, "end": -2, "to_kimg": 1}}, "lr", "has to be at least 0, got -2"),
        (AdamConfig, {"betas": [0.5, 1]}, "betas.1", "has to be less than 1, got 1"),
        (AdamConfig, {"betas": [-0.5, 0.9]}, "betas.0", "has to be at least 0, got -0.5"),
        (R1Config, {"gamma": -1}, "gamma", "has to be at least 0, got -1"),
        (R2Config, {"gamma": -1}, "gamma", "has to be at least 0, got -1"),
        (GradientPenaltyConfig, {"weight": -0.5}, "weight", "has to be at least 0, got -0.5"),
        (AdamConfig, {"lr": {"start": 1, "end": 0, "to_kimg": 1, "shape": "exponential"}}, "lr",
         "an exponential schedule needs start and end above 0, got 1 and 0"),
        (AdamConfig, {"lr": {"start": 1, "end": 0, "from_kimg": 2, "to_kimg": 2}}, "lr",
         "to_kimg has to be more than from_kimg, got 2 and 2"),
    ],
)  # fmt: skip
def test_refused(config: type[Config], document: dict[str, object], path: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        config.model_validate(document)
    assert problems_of(error.value, document) == [Problem(path, message)]


def test_exponential_schedule_is_geometric() -> None:
    schedule = Schedule(start=1.0, end=0.01, from_kimg=1, to_kimg=3, shape="exponential")
    assert [schedule.at(images) for images in (0, 2000, 9000)] == pytest.approx([1.0, 0.1, 0.01])


@pytest.mark.parametrize(("momentum", "expected"), [(0.0, 0.0), (0.81, 0.9)])
def test_momentum_follows_lazy_regularization(momentum: float, expected: float) -> None:
    optimizer = SGDConfig(momentum=momentum).build([torch.nn.Parameter(torch.zeros(1))], correction=0.5)
    assert optimizer.defaults["momentum"] == pytest.approx(expected)
