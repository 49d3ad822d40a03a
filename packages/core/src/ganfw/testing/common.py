"""Checks of every kind of part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import torch

from ganfw.config.slots import Slot, configure, dump
from ganfw.testing.subject import Subject, global_state, require

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[Subject], None]


def settings(subject: Subject) -> None:
    """Settings survive being written and read, and each says what it means."""
    written = json.loads(json.dumps(dump(subject.config, subject.kind)))
    read = configure(Slot(subject.kind), written, (subject.kind,), "The part")
    require(
        read == subject.config,
        f"expected the settings that were written, {subject.config!r}, found {read!r}",
        "a validator that changes its value has to leave a changed one as it is",
    )
    silent = [name for name, field in type(subject.config).model_fields.items() if not field.description]
    require(not silent, f"no docstring under {', '.join(silent)}", "write one line under each field of the config")


def globals_of(use: Callable[[Subject, Any], None]) -> Check:
    """The check that building and using a part touches nothing global; ``use`` says what using it is."""

    def isolation(subject: Subject) -> None:
        """Nothing global is touched: random generators, default dtype, threads, flags."""
        before = global_state()
        part = subject.build()
        drawn = torch.get_rng_state()
        use(subject, part)
        after = global_state()
        for what, value in before.items():
            require(value == after[what], f"{what} changed", "draw from the step or from a generator of your own")
        require(
            torch.equal(drawn, torch.get_rng_state()),
            "PyTorch's global random generator moved while the part was used",
            "draw from the step, or from the generator that is given",
        )

    return isolation
