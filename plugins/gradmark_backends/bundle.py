"""What travels to a worker: the sources of the language, replay and the adapters."""

from __future__ import annotations

import json
import pkgutil
import re
import secrets
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_IMPORT = re.compile(r"^([ \t]*from[ \t]+)(gradmark(?:_backends)?)(?=[.\s])", re.MULTILINE)
_PLAIN = re.compile(r"^[ \t]*import[ \t]+gradmark(?:_backends)?\b", re.MULTILINE)
_MODULE = re.compile(
    r"^[ \t]*from[ \t]+(gradmark(?:_backends)?\.[\w.]+)[ \t]+import\b", re.MULTILINE
)


def _source(name: str) -> tuple[bool, str]:
    """Return whether a module of ours is a package, and its source."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ValueError(f"the source of {name} is not there")
    get = getattr(spec.loader, "get_source", None)
    # pytest rewrites the assertions of a plugin's package by a loader that has no sources to give.
    source = get(name) if get else Path(spec.origin).read_text(encoding="utf-8")
    return spec.submodule_search_locations is not None, str(source)


def _ready() -> list[str]:
    spec = find_spec("gradmark_backends.ready")
    folders = spec.submodule_search_locations if spec else None
    return [f"gradmark_backends.ready.{module.name}" for module in pkgutil.iter_modules(folders)]


def _needed(roots: list[str]) -> dict[str, tuple[bool, str]]:
    """Return all that some modules import of ours, and the packages around it."""
    found: dict[str, tuple[bool, str]] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _source(name)
            waiting += [n for n in (name.rpartition(".")[0], *_MODULE.findall(found[name][1])) if n]
    return dict(sorted(found.items()))


_SOURCES = _needed(
    [f"gradmark_backends.{name}" for name in ("worker", "forks", "control")] + _ready()
)

TRAVELLERS = tuple(name for name, (package, _) in _SOURCES.items() if not package)
"""Names of the modules that travel: the worker, the ready adapters and what they import."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Sources under a private package name that nothing under test can know or be in the way of."""

    private: str
    modules: dict[str, tuple[bool, str]]

    def wire(self) -> bytes:
        """Return it as the JSON that `gradmark_backends.bootstrap` reads."""
        return json.dumps({"private": self.private, "modules": self.modules}).encode()


def make_bundle(replaced: dict[str, str] | None = None) -> Bundle:
    """Collect all that travels under a new private name.

    ``replaced`` gives other sources for some modules. Raises ValueError for an import that could
    not be made private.
    """
    private = f"_gm_{secrets.token_hex(6)}"
    sources = {**_SOURCES, **{name: (False, text) for name, text in (replaced or {}).items()}}
    modules = {name: (package, made_private(t, private)) for name, (package, t) in sources.items()}
    return Bundle(private, modules)


def made_private(source: str, private: str) -> str:
    """Rewrite the imports of our own modules. Raises ValueError for ``import gradmark``."""
    found = _PLAIN.search(source)
    if found:
        raise ValueError(f"{found.group().strip()!r} can't travel: write `from … import …`")
    return _IMPORT.sub(rf"\1{private}.\2", source)


def source_of(name: str) -> str:
    """Return the source of one of our modules."""
    return _source(name)[1]
