"""What core itself brings, through the door that every plugin uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def ganfw_register_gan() -> Iterable[Part]:
    """The game of two."""
    yield Part(
        "two-player", "ganfw.config.recipe:TwoPlayerRecipe",
        "a generator against a discriminator, with any loss and regularizers",
        "Goodfellow et al. 2014, Generative Adversarial Networks, Algorithm 1",
    )  # fmt: skip


@hookimpl
def ganfw_register_optimizer() -> Iterable[Part]:
    """The optimizers of PyTorch that GANs use."""
    home = "ganfw.config.trainer"
    yield Part("adam", f"{home}:AdamConfig", "Adam, or AdamW with weight decay", "Kingma and Ba 2015, Algorithm 1")
    yield Part("rmsprop", f"{home}:RMSPropConfig", "RMSProp, as WGAN uses it", "Tieleman and Hinton 2012, Lecture 6.5")
    yield Part("sgd", f"{home}:SGDConfig", "stochastic gradient descent, with momentum if asked")


@hookimpl
def ganfw_register_data() -> Iterable[Part]:
    """The data sources that read the user's own files or the Hugging Face hub, and one that needs neither."""
    home = "ganfw.config.data"
    yield Part("files", f"{home}:FilesConfig", "pictures of your own: a folder, a zip, Parquet or Arrow tables")
    yield Part("hub", f"{home}:HubConfig", "pictures of a Hugging Face data set, by its name")
    yield Part("shapes", f"{home}:ShapesConfig", "discs, squares and triangles, drawn as they are needed")
    yield Part(
        "gaussians", "ganfw.config.point_data:GaussiansConfig", "points on a ring or a grid, whose modes are known",
        "Srivastava et al. 2017, section 4.1",
    )  # fmt: skip
    combined = "ganfw.config.combined_data"
    yield Part("domains", f"{combined}:DomainsConfig", "several sources as one, each a class")
    yield Part("semi-supervised", f"{combined}:SemiSupervisedConfig", "few labels beside many samples")
    yield Part("binary", f"{combined}:BinaryConfig", "pictures of two values alone")


@hookimpl
def ganfw_register_metric() -> Iterable[Part]:
    """The metric that needs no network."""
    yield Part(
        "sliced-wasserstein", "ganfw.metrics.configs:SlicedWassersteinConfig",
        "distance between the sets of samples, on raw values", "Bonneel et al. 2015, section 3",
    )  # fmt: skip


@hookimpl
def ganfw_register_tracker() -> Iterable[Part]:
    """The trackers of Accelerate."""
    home = "ganfw.config.tracking"
    yield Part("tensorboard", f"{home}:TensorBoardConfig", "TensorBoard, into the run folder")
    yield Part("wandb", f"{home}:WandbConfig", "Weights and Biases")
    yield Part("trackio", f"{home}:TrackioConfig", "Trackio, a local page with the interface of wandb")
    yield Part("mlflow", f"{home}:MLflowConfig", "MLflow")
    yield Part("comet-ml", f"{home}:CometConfig", "Comet")
    yield Part("aim", f"{home}:AimConfig", "Aim, into the run folder")
    yield Part("clearml", f"{home}:ClearMLConfig", "ClearML")
    yield Part("dvclive", f"{home}:DVCLiveConfig", "DVCLive")
    yield Part("swanlab", f"{home}:SwanLabConfig", "SwanLab")


@hookimpl
def ganfw_register_exporter() -> Iterable[Part]:
    """The formats that need nothing but PyTorch and safetensors."""
    home = "ganfw.export.configs"
    yield Part("safetensors", f"{home}:SafetensorsConfig", "the model folder, which ganfw.load opens")
    yield Part("torch-export", f"{home}:TorchExportConfig", "one graph, which PyTorch runs without ganfw")
