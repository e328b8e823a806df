"""What the worker's own code stands on, so that whoever changed it is charged and nobody else.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import sys
from typing import Any

STOOD_ON = frozenset(
    "builtins json json.decoder json.encoder os random select signal struct traceback".split()
)
"""Modules of Python's whose functions carry an answer, besides our own."""

# The library under test may put others into `builtins`.
_items, _callable, _sorted = dict.items, callable, sorted


class Standing:
    """The functions and classes of some modules as they were when it was made."""

    def __init__(self) -> None:
        """Note what the worker stands on; nothing of the library has run yet."""
        self._own = own = __name__.partition(".")[0] + "."
        names = [name for name in sys.modules if name in STOOD_ON or name.startswith(own)]
        self._kept: dict[str, tuple[Any, dict[str, Any]]] = {}
        for name in names:
            module = sys.modules[name]
            self._kept[name] = (module, dict(vars(module)))
            for key, value in list(vars(module).items()):
                if isinstance(value, type) and value.__module__ == name:
                    self._kept[f"{name}.{key}"] = (value, dict(vars(value)))

    def changed(self) -> list[str]:
        """Return the dotted names of what is no longer what it was."""
        found = []
        for name, (owner, kept) in _items(self._kept):
            now = owner.__dict__
            for key, value in _items(kept):
                if _callable(value) and (key not in now or now[key] is not value):
                    found.append(f"{name.removeprefix(self._own)}.{key}")
        return _sorted(found)
