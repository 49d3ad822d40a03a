"""GANs and data from Python: parts by name, by settings, or ready-made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganfw.config.base import Config
from ganfw.config.data import DataConfig
from ganfw.config.problems import closest
from ganfw.config.slots import Slot, configure, dump
from ganfw.errors import GanfwError
from ganfw.plugins.registry import registry
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import nn

    from ganfw.data.dataset import Dataset
    from ganfw.game import TwoPlayerGAN
    from ganfw.specs import Spec

_DATA = Slot("data", infer={"path": "files", "name": "hub"})


def compose(
    *,
    generator: Any,
    discriminator: Any,
    loss: Any,
    regularizers: Iterable[Any] | Mapping[str, Any] = (),
    augmentation: Any = None,
    data: Dataset | None = None,
    spec: Spec | None = None,
    generator_every: int = 1,
) -> TwoPlayerGAN:
    """Make a two-player GAN of parts.

    Each part is a name (``"dcgan"``), a mapping (``{"type": "dcgan", "width": 32}``), a config, or a module made by
    hand that subclasses the role's class (`Generator`, `Discriminator`, `Loss`, ...). The parts draw their weights from
    PyTorch's global generator: call ``torch.manual_seed`` before, to get the same ones again.

    Args:
        generator: Makes samples from latents.
        discriminator: Judges samples.
        loss: The adversarial loss.
        regularizers: Penalties, as a list or by name.
        augmentation: Applied to real and fake samples before the discriminator sees them.
        data: Says by its spec what the samples are.
        spec: The same without data.
        generator_every: Discriminator steps per generator step.

    Returns:
        The GAN. Its ``document`` says what it was made of, ``None`` standing for what was made by hand.

    Raises:
        GanfwError: If a part is unknown, has wrong settings or another role, if the parts cannot be combined, or if
            neither data nor spec is given.
    """
    from ganfw import networks, terms
    from ganfw.game import TwoPlayerGAN

    spec = _spec(data, spec)
    parts: dict[str, tuple[nn.Module, Any]] = {
        "generator": _make("generator", generator, (networks.Generator,), spec),
        "discriminator": _make("discriminator", discriminator, (networks.Discriminator,), spec),
        "loss": _make("loss", loss, (terms.Loss,), spec),
    }
    if augmentation is not None:
        parts["augmentation"] = _make("augmentation", augmentation, (terms.Augmentation,), spec)
    roles = (terms.Regularizer, terms.Constraint)
    penalties = {name: _make("regularizer", value, roles, spec, name) for name, value in _by_name(regularizers).items()}
    made: Any = {name: module for name, (module, _) in parts.items()}
    gan = TwoPlayerGAN(
        **made,
        regularizers={name: penalty for name, (penalty, _) in penalties.items()},
        condition=spec.condition,
        generator_every=generator_every,
    )
    gan.document = {
        "gan": "two-player",
        **({"image": {"size": spec.size, "channels": spec.channels}} if isinstance(spec, ImageSpec) else {}),
        **{name: document for name, (_, document) in parts.items()},
        "regularizers": {name: document for name, (_, document) in penalties.items()},
        "generator_every": generator_every,
    }
    return gan


def open_data(
    what: str | Path | Mapping[str, Any] | DataConfig, *, size: int = 64, channels: int = 3, **settings: Any
) -> Dataset:
    """Open pictures to learn from.

    Args:
        what: The name of a data part (``"emoji64"``), else a path; or a mapping with settings; or a config.
        size: Height and width to prepare them at.
        channels: 1 is luminance, 3 is RGB, 4 is RGB with alpha.
        settings: Further settings of the data part.

    Raises:
        GanfwError: If there is neither such a part nor such a path, if a size or the settings are wrong, or if the
            data cannot be read.
    """
    value: Any = what
    known = registry().parts("data")
    if isinstance(what, Path) or (isinstance(what, str) and what not in known):
        if not Path(what).exists():
            nearest = closest(str(what), known)
            hint = f"did you mean {nearest}?" if nearest else f"the data parts are {', '.join(known) or '(none)'}"
            raise GanfwError(f"no data named {str(what)!r}, and no such file or folder; {hint}")
        value = {"path": str(what)}
    elif isinstance(what, str):
        value = {"type": what}
    if settings:
        if not isinstance(value, Mapping):
            raise GanfwError(f"give {', '.join(settings)} inside the config, not beside it")
        value = {**value, **settings}
    config = configure(_DATA, value, ("data",))
    assert isinstance(config, DataConfig)  # the registry holds no other under this kind
    return config.build(ImageSpec(size, channels))


def _spec(data: Any, spec: Spec | None) -> Spec:
    if data is None and spec is None:
        raise GanfwError(
            "compose() does not know what the samples are; give data=ganfw.open_data(...), or "
            "spec=ganfw.ImageSpec(size=64)"
        )
    if data is None:
        assert spec is not None
        return spec
    found: Spec | None = getattr(data, "spec", None)
    if found is None:
        raise GanfwError(f"data has to be an open data set, not {data!r}; write data=ganfw.open_data({data!r})")
    if spec is not None and spec != found:
        raise GanfwError(f"spec is {spec}, but the data are {found}; give only the data")
    return found


def _by_name(regularizers: Any) -> dict[str, Any]:
    """Penalties by name: the part's name, or that of the class."""
    if isinstance(regularizers, Mapping):
        return {
            name: {"type": name, **value} if isinstance(value, Mapping) else value
            for name, value in regularizers.items()
        }
    if isinstance(regularizers, str | Config):
        regularizers = [regularizers]
    named: dict[str, Any] = {}
    for value in regularizers:
        name = _name(value)
        if name in named:
            raise GanfwError(f"two regularizers are named {name!r}; give them as a mapping with names of your own")
        named[name] = value
    return named


def _name(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("type", "regularizer")
    if isinstance(value, str):
        return value
    try:
        return registry().name_of("regularizer", value)
    except GanfwError:
        return type(value).__name__.lower()


def _make(kind: str, value: Any, roles: tuple[type[nn.Module], ...], spec: Spec, name: str = "") -> tuple[Any, Any]:
    """A part, and its settings as plain data where it came from settings."""
    from torch import nn

    if isinstance(value, nn.Module):
        if not isinstance(value, roles):
            wanted = " or ".join(f"ganfw.{role.__name__}" for role in roles)
            raise GanfwError(
                f"{name or kind} is a {type(value).__name__}, which is no {kind}; give a subclass of {wanted}, or the "
                f"name of an installed {kind}"
            )
        return value, None
    place = ("regularizers", name) if name else (kind,)
    config = configure(Slot(kind), value, place)
    return config.build(spec), dump(config, kind)  # type: ignore[attr-defined]
