"""What travels to a worker: the sources of the language, replay and the adapters."""

from __future__ import annotations

import json
import pkgutil
import re
import secrets
from dataclasses import dataclass
from importlib.util import find_spec

_LANGUAGE = ("program", "trace", "surface", "raised", "replay", "lower")
_BACKENDS = ("plan", "channel", "adapter", "spelled", "opening", "worker")


def _present(package: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{package}.{n}" for n in names if find_spec(f"{package}.{n}") is not None)


def _inside(package: str) -> tuple[str, ...]:
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return tuple(f"{package}.{m.name}" for m in pkgutil.iter_modules(folders or []))


TRAVELLERS = (
    *_present("gradmark", _LANGUAGE),
    *_present("gradmark_backends", _BACKENDS),
    *_inside("gradmark_backends.ready"),
)
"""Names of the modules that travel; their packages go with them."""

_IMPORT = re.compile(r"^([ \t]*from[ \t]+)(gradmark(?:_backends)?)(?=[.\s])", re.MULTILINE)
_PLAIN = re.compile(r"^[ \t]*import[ \t]+gradmark(?:_backends)?\b", re.MULTILINE)


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
    modules: dict[str, tuple[bool, str]] = {}
    for name in TRAVELLERS:
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            module = ".".join(parts[:end])
            if module not in modules:
                package, source = _source(module)
                modules[module] = (package, made_private(source, private))
    for name, source in (replaced or {}).items():
        modules[name] = (False, made_private(source, private))
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


def _source(name: str) -> tuple[bool, str]:
    spec = find_spec(name)
    get = getattr(spec.loader, "get_source", None) if spec else None
    source = get(name) if get else None
    if spec is None or source is None:
        raise ValueError(f"the source of {name} is not there")
    return spec.submodule_search_locations is not None, source
