"""The generator as one ONNX graph."""

from __future__ import annotations

import json
import logging
import warnings
from dataclasses import asdict
from typing import TYPE_CHECKING

import onnx
import onnxruntime
import torch

import ganfw
from ganfw.export.graph import Sampler, inputs_of, sampler_of

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

_CHECKED_SIZES = (1, 3, 8)
_TOLERANCE = 1e-3


class OnnxExporter(ganfw.Exporter):
    """Writes ``generator.onnx``: standard normal ``noise`` ``(B, Z)`` to ``samples`` for any B.

    A conditional model has a second input, ``condition``. What one sample is, its range and its classes stand in the
    file's metadata under ``ganfw``. ONNX Runtime then makes samples from it, which are compared with PyTorch's own.

    Args:
        opset: Version of ONNX's operators.
    """

    def __init__(self, opset: int = 20) -> None:
        self.opset = opset

    def export(self, model: ganfw.Model, folder: Path) -> ganfw.Exported:
        """Write the graph, run it and compare; see `ganfw.Exporter.export`."""
        sampler = sampler_of(model, "onnx")
        rng = torch.Generator(model.device).manual_seed(0)
        latent_dim, condition = sampler.generator.latent_dim, model.spec.condition
        example = inputs_of(2, latent_dim, condition, rng)
        file = folder / "generator.onnx"
        self._write(sampler, example, file)
        graph = onnx.load(file)
        onnx.helper.set_model_props(graph, {"ganfw": json.dumps(self._facts(model))})
        onnx.save(graph, file)
        onnx.checker.check_model(file)
        fresh = [inputs_of(count, latent_dim, condition, rng) for count in _CHECKED_SIZES]
        difference = max(_difference(file, sampler, given) for given in fresh)
        if difference > _TOLERANCE:
            raise ganfw.GanfwError(
                f"ONNX Runtime makes other samples of {type(sampler.generator).__name__} than PyTorch: they differ by "
                f"{difference:.2g}. Try another opset (opset=18), or --to torch-export"
            )
        return ganfw.Exported((file,), difference)

    def _write(self, sampler: Sampler, example: tuple[Tensor, ...], file: Path) -> None:
        batch = torch.export.Dim("batch")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses torchvision, which nothing here needs
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # of PyTorch about its own parts: nobody here can mend them
            try:
                program = torch.onnx.export(
                    sampler, example, dynamo=True, opset_version=self.opset, verbose=False,
                    input_names=["noise", "condition"][: len(example)], output_names=["samples"],
                    dynamic_shapes=tuple({0: batch} for _ in example),
                )  # fmt: skip
            except Exception as error:
                reason = str(error.__cause__ or error).strip().splitlines()[0]
                raise ganfw.GanfwError(
                    f"{type(sampler.generator).__name__} cannot be written as ONNX: {reason}; use --to torch-export or "
                    "--to safetensors"
                ) from error
        assert program is not None  # with dynamo there always is one
        program.save(file)

    def _facts(self, model: ganfw.Model) -> dict[str, object]:
        spec = {"type": type(model.spec).__name__, **asdict(model.spec)}
        return {"format": 1, "ganfw": ganfw.__version__, "images": model.images, "spec": spec}


def _difference(file: Path, sampler: Sampler, given: tuple[Tensor, ...]) -> float:
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_inputs()]
    (made,) = session.run(["samples"], {name: x.cpu().numpy() for name, x in zip(names, given, strict=True)})
    with torch.no_grad():
        wanted: Tensor = sampler(*given)
    return float((torch.from_numpy(made) - wanted.cpu()).abs().max())
