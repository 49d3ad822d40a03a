"""How far are a run's samples from held-out emoji? The sliced Wasserstein distance that the tests use, at 8 pixels.

    python benchmarks/distance.py runs/demo

For scale it also prints the distances of the training pictures, of their mean picture (which is what mush would be),
and of the same networks before training.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

import ganfw
from ganfw.config.resolve import recipe_from_document
from ganfw.config.yaml import load_file
from ganfw.training.samples import draw_samples
from ganfw.training.step import Batch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from distances import sliced_wasserstein


def pictures(data):
    rows = data.rows(np.arange(len(data)), np.zeros(len(data), np.int64))
    return data.decode(Batch({name: torch.from_numpy(values) for name, values in rows.items()})).real


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--count", type=int, default=1396)
    options = parser.parse_args()
    model = ganfw.load(options.run)
    size, channels = model.spec.size, model.spec.channels
    train, held_out = (
        pictures(ganfw.open_data("emoji64", size=size, channels=channels, split=s)) for s in ("train", "test")
    )
    torch.manual_seed(0)
    fresh = recipe_from_document(load_file(options.run / "recipe.yaml")).build(model.spec)
    with torch.no_grad():
        untrained = draw_samples(fresh, options.count, 0, "cpu")
        sets = {
            "samples": model.sample(options.count),
            "untrained": untrained,
            "training pictures": train,
            "mean picture": train.mean(0, keepdim=True).expand(len(held_out), -1, -1, -1),
        }
    for name, images in sets.items():
        print(f"{name:18} {sliced_wasserstein(images, held_out):.3f}")


if __name__ == "__main__":
    main()
