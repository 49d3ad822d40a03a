"""Registration, and building from settings."""

import subprocess
import sys
from importlib import import_module

import pytest

import ganfw
import ganfw_metrics
from ganfw.config.slots import Slot, configure, dump
from ganfw.specs import ImageSpec

EXTRACTORS = {part.name: part for part in ganfw_metrics.ganfw_register_extractor()}
METRICS = {part.name: part for part in ganfw_metrics.ganfw_register_metric()}


NEEDED = {"point-modes": {"ring": 8, "deviation": 0.02}}


def config_of(part):
    module, _, name = part.config.partition(":")
    return getattr(import_module(module), name)


def test_names():
    assert list(EXTRACTORS) == [
        "efficientnet-lite0", "inception", "dinov2", "clip", "mnist-classifier", "identity", "random",
    ]  # fmt: skip
    assert list(METRICS) == [
        "fid", "kid", "inception-score", "prdc", "memorisation", "feature-diversity", "ms-ssim", "ppl",
        "class-accuracy", "intra-fid", "class-modes", "point-modes",
    ]  # fmt: skip


@pytest.mark.parametrize("part", [*EXTRACTORS.values(), *METRICS.values()], ids=lambda part: part.name)
def test_every_setting_is_explained(part):
    assert part.summary
    for name, field in config_of(part).model_fields.items():
        assert field.description, f"{part.name}.{name} is not explained"


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_can_be_written_down_and_read_again(name):
    config = configure(Slot("metric"), {"type": name, **NEEDED.get(name, {})}, ("metrics",))
    assert configure(Slot("metric"), dump(config, "metric"), ("metrics",)) == config


def test_a_metric_names_its_extractor():
    given = {"type": "kid", "subsets": 3, "extractor": {"type": "random", "seed": 5}}
    config = configure(Slot("metric"), given, ("metrics",))
    assert dump(config, "metric") == {**given, "subset_size": 1000}
    metric = config.build(ImageSpec(16))
    assert isinstance(metric, ganfw.Metric)
    assert (metric.subsets, metric.extractor.name) == (3, "random")


def test_importing_the_plugin_never_imports_torch():
    code = "import sys, ganfw_metrics.configs, ganfw_metrics.extractors.configs; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_exists():
    for name in ganfw_metrics.__all__:
        assert getattr(ganfw_metrics, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'FIDD'"):
        ganfw_metrics.FIDD  # noqa: B018
