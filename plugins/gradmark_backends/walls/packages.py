"""Which installed packages a graded library may use, and which files are theirs.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from typing import Any

ALWAYS = ("numpy",)
"""What every engine may be built on."""

SUFFIXES = ("site-packages", "dist-packages")
_REQUIRED = re.compile(r"^Requires-Dist:\s*([A-Za-z0-9._-]+)([^\n]*)$", re.MULTILINE)
_INFO = re.compile(r"^(.+?)-[^-]+\.(?:dist-info|egg-info)$")


def is_packages(folder: str) -> bool:
    """Say whether a folder of the search path holds what was installed."""
    return folder.rstrip(os.sep).endswith(SUFFIXES)


def called(name: str) -> str:
    """Return a distribution's name in the one spelling that all of its spellings have."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Installed:
    """The distributions in one folder of packages, by what their own records say."""

    def __init__(self, folder: str) -> None:
        """List the folder; nothing is read yet."""
        self.folder = folder
        try:
            self.entries = frozenset(os.listdir(folder))
        except OSError:
            self.entries = frozenset()
        found = ((m, e) for e in self.entries if (m := _INFO.match(e)))
        self._infos = {called(m[1]): e for m, e in found}

    def needs(self, name: str) -> list[str]:
        """Return what a distribution requires without any extra."""
        text = self._read(called(name), "METADATA") or self._read(called(name), "PKG-INFO")
        return [m[1] for m in _REQUIRED.finditer(text) if "extra" not in m[2]]

    def places(self, name: str) -> list[str]:
        """Return the entries of the folder that belong to a distribution or a bare module."""
        info = self._infos.get(called(name))
        record = self._read(called(name), "RECORD")
        if info is None or not record:
            wanted = {name, name.replace("-", "_")}
            return [e for e in self.entries if e.partition(".")[0] in wanted] + [info or ""][:1]
        files = [line.split(",", 1)[0].strip('"') for line in record.splitlines()]
        return [info, *sorted({self._place(f) for f in files if not f.startswith(("..", "/"))})]

    def _place(self, file: str) -> str:
        """Return what of the folder stands for a file: no folder that others share."""
        parts = file.split("/")
        depth = 1
        while depth < len(parts) and self._is_shared("/".join(parts[:depth])):
            depth += 1
        return "/".join(parts[:depth])

    def _is_shared(self, place: str) -> bool:
        if place.endswith(("__pycache__", "bin")):
            return True
        folder = os.path.join(self.folder, place)
        # A namespace package has no __init__, and folders such as numpy.libs are no package.
        return (
            "." not in place
            and os.path.isdir(folder)
            and not any(
                os.path.exists(f"{folder}/__init__{suffix}") for suffix in (".py", ".pyc", ".so")
            )
        )

    def _read(self, name: str, file: str) -> str:
        info = self._infos.get(name)
        if info is None:
            return ""
        path = os.path.join(self.folder, info, file)
        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except OSError:
            return ""


def allowed(folders: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the paths of some distributions and of all that they require."""
    everything = [Installed(folder) for folder in folders]
    waiting, seen = [*ALWAYS, *names], set[str]()
    out: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if called(name) in seen:
            continue
        seen.add(called(name))
        for installed in everything:
            for place in filter(None, installed.places(name)):
                out[os.path.join(installed.folder, place)] = None
            waiting += installed.needs(name)
    return list(out)


class Fence:
    """Makes absent what is installed and not allowed, for those who ask politely.

    A library can take it away again. From level 2 on the files can't be read either; below, what
    was loaded is written down and proves nothing.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        """Let pass what is among the paths, and all that is not in a folder of packages."""
        self.paths = tuple(paths)

    def find_spec(self, name: str, path: Any = None, _target: Any = None) -> Any:
        """Find a module that is allowed, or nothing."""
        spec = PathFinder.find_spec(name, path)
        if spec is None or path is not None:
            return spec
        absent = any(is_installed(p) and not self._passes(p) for p in _places(spec))
        return None if absent else spec

    invalidate_caches = staticmethod(PathFinder.invalidate_caches)
    find_distributions = staticmethod(PathFinder.find_distributions)

    def _passes(self, place: str) -> bool:
        return any(place == p or place.startswith(p + os.sep) for p in self.paths) or any(
            # A namespace package is let in for the part of it that is allowed.
            p.startswith(place + os.sep)
            for p in self.paths
        )


def is_installed(place: str) -> bool:
    """Say whether a path leads into a folder of packages."""
    return any(f"{os.sep}{suffix}{os.sep}" in place for suffix in SUFFIXES)


def _places(spec: Any) -> Iterator[str]:
    if spec.submodule_search_locations is not None:
        yield from (str(place) for place in spec.submodule_search_locations)
    elif spec.origin:
        yield str(spec.origin)


def fence(folders: Iterable[str], names: Iterable[str], home: Iterable[str]) -> None:
    """Keep what is not allowed from being imported, and drop every other folder from the path."""
    standard = os.path.dirname(os.__file__)
    own = tuple(home)
    sys.path[:] = [
        entry
        for entry in sys.path
        if entry in own
        or is_packages(entry)
        or entry.endswith(".zip")
        or (entry + os.sep).startswith(standard + os.sep)
    ]
    # What comes after Python's own finders are those of editable installs, with paths of their own.
    at = next((n for n, f in enumerate(sys.meta_path) if f is PathFinder), len(sys.meta_path))
    sys.meta_path[at:] = [Fence(allowed(folders, names))]
