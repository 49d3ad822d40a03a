"""The weights as arrays."""

import numpy as np

import ganfw


class Numpy(ganfw.Exporter):
    def export(self, model, folder):
        file = folder / "weights.npz"
        np.savez(file, **{name: tensor.numpy(force=True) for name, tensor in model.gan.state_dict().items()})
        return ganfw.Exported((file,))


class NumpyConfig(ganfw.Config):
    def build(self, spec):
        return Numpy()
