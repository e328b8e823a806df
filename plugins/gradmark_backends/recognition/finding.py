"""Finding the engine in what a plan names, and opening it by what trying it showed.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

from gradmark_backends.plan import CannotOpen, Plan
from gradmark_backends.recognition.archives import is_archive, unpacked
from gradmark_backends.recognition.engine import Engine
from gradmark_backends.recognition.importing import PYTHON_2, Importing
from gradmark_backends.recognition.probing import engines, is_engine, spell
from gradmark_backends.recognition.ranking import CLASSES, Candidate, as_likely, candidates
from gradmark_backends.recognition.reading import peek
from gradmark_backends.recognition.sources import Source, read_sources
from gradmark_backends.recognition.spelling import (
    DIFFERENTIATES,
    HOLDS,
    KEYS,
    MAY_BE_EMPTY,
    RAISES,
    Spelling,
)

TRIED = 8
"""Files of one folder that are imported in search of an engine."""

LISTED = 12
"""Engines, files or attempts that a message names."""

EACH = "*"
"""What is written for a class to be told of all that there are."""

FAR = 30
"""Points behind the first from which a class is no engine worth naming."""

HOW_TO = (
    "write down how it is spelt: gradmark recognise says what was found, and --backend=adapter.toml"
    " takes it back; or write a class, from gradmark_backends import Adapter"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A class of an imported module."""

    module: ModuleType
    name: str
    kind: type


def recognise(plan: Plan) -> Engine:
    """Return the adapter of the first class that plainly is an engine. Raises `CannotOpen`."""
    return _Finding(plan).engine()


class _Finding:
    """One search, from a plan to an engine or to all that was looked at in vain."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.table = dict(plan.table)
        self.given = {k: v for k, v in plan.table if k in KEYS and (v or k in MAY_BE_EMPTY)}
        file, _, name = plan.chosen.rpartition("::")
        self.file, self.wanted = file, name or self.table.get("engine.class", "")
        self.place = self._place()
        self.importing = Importing(self._folder())
        self.looked: list[str] = []
        self.broken: list[CannotOpen] = []
        self.ranked: list[Candidate] = []
        self.vain: list[Spelling] = []

    def _place(self) -> Path | None:
        """Return the file or folder to look in; None for a module that is found by its name."""
        if self.plan.kind == "path":
            path = Path(self.plan.target)
            return unpacked(path) if path.is_file() and is_archive(path) else path
        return _shadowed(self.plan)

    def _folder(self) -> Path:
        if self.place is None:
            return Path("/nowhere")
        return self.place if self.place.is_dir() else self.place.parent

    def engine(self) -> Engine:
        for found in self._classes():
            tried = self.plan.tried
            spelling = spell(found.module, found.name, found.kind, tried=tried, given=self.given)
            if spelling.beside:
                raise self._two_gradients(spelling)
            proved = spelling.goes_back or spelling.score == DIFFERENTIATES
            if spelling.score >= HOLDS and proved and (spelling.gradient or not tried):
                taken, spelling = self._better(found, spelling)
                space = _exporter(taken)
                return Engine(space, spelling, table=self.table, notes=self._notes(taken))
            self.vain.append(spelling)
        raise self._nothing()

    def _better(self, found: Found, spelling: Spelling) -> tuple[Found, Spelling]:
        """Return a class of the same file that differentiates, where the likeliest one does not.

        One that it derives from is no rival: what it inherits is its own to spoil.
        """
        plain = spelling.score == DIFFERENTIATES or spelling.plainly
        if plain or not self.plan.tried or self.wanted or self.table:
            return found, spelling
        file = getattr(found.module, "__file__", None) or ""
        for rival in self.ranked:
            kind = peek(found.module, rival.name)
            here = rival.whole and str(rival.path) == file and rival.name != found.name
            apart = isinstance(kind, type) and not issubclass(found.kind, kind)
            if here and apart and is_engine(kind, found.module):
                other = spell(found.module, rival.name, kind, given=self.given)
                if other.score == DIFFERENTIATES and not other.beside:
                    return Found(found.module, rival.name, kind), other
        return found, spelling

    def _classes(self) -> Iterator[Found]:
        """Yield the classes that may be the engine, importing no more than it takes."""
        if self.place is None:
            yield from self._of_module()
            return
        sources = read_sources(self.place)
        yield from self._of_sources(sources)
        whole = [self.place] if self.place.is_file() else [self.place / "__init__.py"]
        for path in whole:
            if path.is_file() and not self.vain:
                yield from self._named(self._imported(path))

    def _of_module(self) -> Iterator[Found]:
        """Yield what a module offers under its own name, then what its files define."""
        module: ModuleType | None = None
        try:
            module = self.importing.named(self.plan.target)
        except CannotOpen as error:
            self.broken.append(error)
        if module is not None:
            self.looked.append(getattr(module, "__file__", None) or module.__name__)
            yield from self._named(module)
        place = _located(self.plan.target, module)
        if place is not None and (self.broken or place.is_dir()):
            self.importing.folder = place if place.is_dir() else place.parent
            yield from self._of_sources(read_sources(place))

    def _named(self, module: ModuleType | None) -> Iterator[Found]:
        for name, kind in engines(module) if module is not None else ():
            assert module is not None  # noqa: S101 - else there is nothing to go through
            if self.wanted in {"", name, kind.__name__}:
                yield Found(module, name, kind)

    def _of_sources(self, sources: list[Source]) -> Iterator[Found]:
        """Yield the classes that sources define, the likeliest first."""
        self.looked += [_looked(source, self.importing.folder) for source in sources]
        self.ranked = candidates(sources, self.importing.folder)
        chosen = self._chosen()
        if len(others := as_likely(chosen)) and not self.table:
            raise self._several([chosen[0], *others])
        files: set[Path] = set()
        for candidate in chosen:
            files.add(candidate.path)
            if len(files) > TRIED:
                return
            module = self._imported(candidate.path)
            kind = peek(module, candidate.name) if module is not None else None
            if module is not None and isinstance(kind, type) and is_engine(kind, module):
                yield Found(module, candidate.name, kind)

    def _chosen(self) -> list[Candidate]:
        file = self.table.get("engine.file") if "engine.folder" in self.table else None
        ranked = self.ranked
        if file := file or (self.file and str(self.importing.folder / self.file)):
            ranked = [c for c in ranked if str(c.path) == file]
        if self.wanted == EACH:
            raise self._several([c for c in ranked if c.whole and c.points > 0], whole=True)
        if not self.wanted:
            return ranked
        chosen = [c for c in ranked if c.name == self.wanted]
        if self.ranked and not chosen:
            raise CannotOpen(
                "no-such-class",
                f"there is no engine {self.plan.chosen or self.wanted} in {self.plan.target}",
                cause=self._list(self.ranked),
                hint=f"--backend={self._named_as()}::{self.ranked[0].place(self.importing.folder)}",
            )
        return chosen

    def _imported(self, path: Path) -> ModuleType | None:
        """Import a file; one that can't be is noted, and raised where it was the only one."""
        try:
            return self.importing.file(path)
        except CannotOpen as error:
            self.broken.append(error)
            return None

    def _notes(self, found: Found) -> tuple[str, ...]:
        """Return what it took to import the engine, and the engines that there are besides."""
        taken = Path(getattr(found.module, "__file__", None) or "")
        best = self.ranked[0].points if self.ranked else 0
        others = [
            c
            for c in self.ranked
            if c.whole and c.points > max(0, best - FAR) and (c.path, c.name) != (taken, found.name)
        ]
        notes = list(self.importing.notes)
        if others and not self.wanted:
            places = ", ".join(c.place(self.importing.folder) for c in others[:LISTED])
            notes.append(f"other engines, to be chosen as path::Class: {places}")
        if self.table:
            notes.append("as written in a table")
        return tuple(notes)

    def _list(self, found: list[Candidate], limit: int = LISTED) -> str:
        lines = [c.place(self.importing.folder) for c in found[:limit]]
        more = len(found) - len(lines)
        return "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])

    def _several(self, found: list[Candidate], *, whole: bool = False) -> CannotOpen:
        if not found:
            return self._nothing()
        first = found[0].place(self.importing.folder)
        return CannotOpen(
            "several-engines",
            f"{self.plan.name} has {len(found)} engines that may be meant",
            cause=self._list(found, len(found) if whole else LISTED),
            hint=f"choose one: --backend={self._named_as()}::{first}, or --backend="
            f"'{self._named_as()}::{EACH}' for each",
        )

    def _named_as(self) -> str:
        """Return what was typed for the place that was looked at."""
        name = self.plan.target if self.table else self.plan.name
        return name.partition("::")[0].rstrip("/")

    def _two_gradients(self, spelling: Spelling) -> CannotOpen:
        return CannotOpen(
            "two-gradients",
            f"{spelling.called} of {self.plan.name} has two attributes that look like its gradient",
            cause=f"after x*x + x at 3, .{spelling.gradient} became 7 and {spelling.beside}",
            hint="gradmark recognise can't tell either: write a table with gradient.attribute",
        )

    def _nothing(self) -> CannotOpen:
        """Say why nothing was recognised: what was looked at, and what was tried on it."""
        best = max(self.vain, key=lambda s: s.score, default=None)
        if best is None and self.broken:
            return self.broken[0]
        if best is None:
            cause = "looked for a class with backward, + and *, such as " + ", ".join(CLASSES[:4])
            looked = [f"in {name}" for name in self.looked[:LISTED] or [self.plan.target]]
            more = len(self.looked) - LISTED
            return CannotOpen(
                "not-recognised",
                f"nothing in {self.plan.name} looks like an automatic differentiation engine",
                cause="\n".join(
                    [
                        cause,
                        *looked,
                        *([f"and {more} more files"] if more > 0 else []),
                        *self.importing.notes,
                    ]
                ),
                hint=PYTHON_2 if any("Python 2" in name for name in self.looked) else HOW_TO,
            )
        if best.score == RAISES:
            return CannotOpen(
                "not-recognised",
                f"{self.plan.name} has a class {best.called}, but no number can be made with it",
                cause=f"{best.called}(3.0) raised {best.why}",
                hint=HOW_TO,
            )
        lacks = "gradient" if best.data else "value"
        return CannotOpen(
            "not-recognised",
            f"{self.plan.name} has a class {best.called}, but its {lacks} was not found",
            cause="\n".join(["x*x + x at 3", *best.tries[:LISTED]] if best.data else [best.why]),
            hint=HOW_TO,
        )


def _looked(source: Source, folder: Path) -> str:
    inside = folder in source.path.parents
    name = str(source.path.relative_to(folder)) if inside else str(source.path)
    return f"{name} ({source.why})" if source.why else name


def _exporter(found: Found) -> ModuleType:
    """Return the outermost package that offers the class under its name, or its own module."""
    parts = found.module.__name__.split(".")
    for number in range(1, len(parts)):
        package = sys.modules.get(".".join(parts[:number]))
        if package is not None and peek(package, found.name) is found.kind:
            return package
    return found.module


def _shadowed(plan: Plan) -> Path | None:
    """Return the user's own file where Python has a module of that name, which would come first."""
    if plan.target not in sys.stdlib_module_names:
        return None
    for folder in plan.search_path:
        for path in (Path(folder, f"{plan.target}.py"), Path(folder, plan.target, "__init__.py")):
            if path.is_file() and "site-packages" not in path.parts:
                return path
    return None


def _located(name: str, module: ModuleType | None) -> Path | None:
    """Return the file or the folder of a module, imported or not."""
    for folder in list(getattr(module, "__path__", []))[:1]:
        return Path(folder)
    if module is not None:
        return None
    where: list[str] | None = None
    spec = None
    parts = name.split(".")
    for number in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:number]), where)
        if spec is None:
            return None
        where = list(spec.submodule_search_locations or [])
    if where:
        return Path(where[0])
    return Path(spec.origin) if spec is not None and spec.origin else None
