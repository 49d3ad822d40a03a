"""mnist5k: 5,000 handwritten digits that ship with ganfw."""

from __future__ import annotations

from ganfw.lazy import lazy
from ganfw_mnist5k.plugin import ganfw_register_data  # noqa: F401  (the hook is found in this module)

__getattr__, __dir__, __all__ = lazy(__name__, {"Mnist5kConfig": "configs", "StackedMnist5kConfig": "configs"})
