"""Writes docs/plugins/reference.md from ganfw's hook specifications.

python docs/plugins/make_reference.py
"""

from __future__ import annotations

import inspect
from pathlib import Path
from textwrap import dedent

from ganfw.plugins.hookspecs import HOOKS, Hookspecs

PAGE = Path(__file__).with_name("reference.md")
HEADER = """# Every hook

This page is made from `ganfw/plugins/hookspecs.py` by `python docs/plugins/make_reference.py`.

A plugin is a module named by an entry point in the group `ganfw`, or a Python file given with `--plugin`. It implements
the hooks that it needs as functions marked `@ganfw.hookimpl`, each with as many of the hook's arguments as it uses.
`GANFW_HOOK_TRACE=1` in the environment shows each call of a hook on stderr.

```python
import ganfw
```
"""
FAMILIES = {
    "ganfw_register_": """## What a plugin brings

Registration hooks yield records, each with the name by which recipes and commands know the part. A config is given as a
class, or as `"module:Class"`, which is imported when the part is first used, so that listing parts stays instant. Its
method `build(spec)` imports what it needs and makes the part.
""",
    "ganfw_before_": """## What a plugin is told

Events are told in the order of the plugins' names. What a plugin raises stops the run, whose newest checkpoint stays as
it is, or with `trainer.on_error=disable` switches that plugin off for the rest of the run. An event must not draw from
the global random generators, or the run is no longer the one that it would be without the plugin.
""",
}


def example(hook: str) -> str:
    """The example in a hook's specification, as a Python module."""
    _, _, code = inspect.getdoc(getattr(Hookspecs, hook)).partition("Example:\n")
    return dedent(code).strip() + "\n"


def section(hook: str) -> str:
    """What the page says of one hook."""
    arguments = ", ".join(list(inspect.signature(getattr(Hookspecs, hook)).parameters)[1:])
    text = inspect.getdoc(getattr(Hookspecs, hook)).partition("Example:\n")[0].strip()
    text = text.replace("``", "`")
    return f"### {hook}({arguments})\n\n{text}\n\n```python\n{example(hook)}```\n"


def reference() -> str:
    """The whole page."""
    parts = [HEADER]
    for prefix, introduction in FAMILIES.items():
        parts.append(introduction)
        registers = prefix == "ganfw_register_"
        parts += [section(hook) for hook in HOOKS if hook.startswith("ganfw_register_") == registers]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(reference())
