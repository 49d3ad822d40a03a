"""A line on stderr for each call of a hook, where the environment asks for it."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACE_VARIABLE = "GANFW_HOOK_TRACE"


@contextmanager
def traced(hook: str, plugin: str, owner: str) -> Iterator[list[object]]:
    """Time a call and say what it brought, if ``GANFW_HOOK_TRACE=1``.

    Args:
        hook: Its whole name.
        plugin: Whose implementation is called.
        owner: Distribution and version of the plugin.

    Yields:
        A list that takes what the call brings.
    """
    brought: list[object] = []
    started = time.perf_counter()
    try:
        yield brought
    finally:
        if os.environ.get(TRACE_VARIABLE) == "1":
            took = f"{(time.perf_counter() - started) * 1000:.2f} ms"
            records = f", {len(brought)} records" if hook.startswith("ganfw_register_") else ""
            sys.stderr.write(f"ganfw: hook {hook} of {plugin} ({owner}): {took}{records}\n")
