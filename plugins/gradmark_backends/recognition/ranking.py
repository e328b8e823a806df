"""Which classes of a folder may be its engine, by their sources alone.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gradmark_backends.recognition.sources import Source

CLASSES = ("Tensor", "Value", "Variable", "Scalar", "tensor")
BACKWARDS = ("backward", "backprop", "backpropagate", "back_propagate", "backward_pass")
"""What an engine's own way back may be called, the likeliest first."""

FUNCTIONS = re.compile(
    r"(?!_*(no|zero|clear|reset|enable|disable|set|clip|requires?|check|num)_?)\w*(back|grad)\w*",
    re.IGNORECASE,
)
"""What a function of a module may be called that goes backward from a value."""

OPERATORS = frozenset(
    f"__{name}__" for name in "add radd sub rsub mul rmul truediv rtruediv pow neg matmul".split()
)
NEEDED = frozenset({"__add__", "__mul__"})
ASIDE = re.compile(
    r"old|backup|archive|legacy|deprecated|draft|copy|sandbox|scratch|demo|unused|reference"
)
TWIN = re.compile(r"(torch|tf|tensorflow|jax)_|_(torch|tf|tensorflow|jax)$|py?torch$")
FOREIGN_BASES = frozenset({"torch", "nn", "np", "numpy", "tf", "jax"})
ABSTRACT = frozenset({"Protocol", "ABC"})
FULL = 6
"""Operators beyond which a class is no more of an engine than another one."""

PART = 20
"""Points that a class loses for each thing that speaks against it."""

CLOSE = 10
"""Points within which two classes of one name are as likely."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class that may be an engine; ``whole`` says that it has a way back, + and *."""

    path: Path
    name: str
    points: int
    whole: bool = True

    def place(self, folder: Path) -> str:
        """Return it as ``file.py::Class``, seen from a folder."""
        try:
            return f"{self.path.relative_to(folder)}::{self.name}"
        except ValueError:
            return f"{self.path.name}::{self.name}"


@dataclass(slots=True)
class _Class:
    """What the source says about one class."""

    path: Path
    name: str
    names: set[str]
    bases: list[str]
    foreign: bool
    abstract: bool
    beside: bool
    """Whether there is a function beside it that may go backward."""

    wanted: int
    """How many arguments its constructor needs, -1 where it does not say."""

    later: bool = False
    parents: list[_Class] = field(default_factory=list)

    def holds(self, seen: frozenset[int] = frozenset()) -> set[str]:
        """Return the names of its methods, own and inherited."""
        found = set(self.names)
        for parent in self.parents:
            if id(parent) not in seen:
                found |= parent.holds(seen | {id(self)})
        return found

    def arguments(self, depth: int = 0) -> int:
        """Return how many arguments a constructor needs, its own or an inherited one."""
        if self.wanted >= 0 or depth > len(CLASSES):
            return self.wanted
        return max((parent.arguments(depth + 1) for parent in self.parents), default=-1)


def candidates(sources: Iterable[Source], folder: Path) -> list[Candidate]:
    """Return the classes that may be an engine, the likeliest first."""
    listed = list(sources)
    read = [source for source in listed if source.tree is not None]
    classes = [found for source in read for found in _classes(source)]
    _inherit(classes)
    _assign_later(read, classes)
    used = _used(listed)
    found = [c for known in classes if (c := _judged(known, folder, used))]
    return sorted(found, key=lambda c: (not c.whole, -c.points, len(c.path.parts), str(c.path)))


def as_likely(found: list[Candidate]) -> list[Candidate]:
    """Return the classes of the first one's name, in other files, that are about as likely."""
    if not found or not found[0].whole:
        return []
    first = found[0]
    return [
        other
        for other in found[1:]
        if other.name == first.name
        and other.path != first.path
        and other.whole
        and first.points - other.points < CLOSE
    ]


def _judged(known: _Class, folder: Path, used: dict[str, int]) -> Candidate | None:
    holds = known.holds()
    whole = holds >= NEEDED or known.later
    method = bool(holds.intersection(BACKWARDS))
    if not method and not (whole and known.beside):
        return None
    points = min(len(holds & OPERATORS), FULL)
    points += _by_name(known.name)
    points += 10 if used.get(known.name) else 0
    parts = known.path.relative_to(folder).parts if folder in known.path.parents else ()
    points -= 2 * max(0, len(parts) - 2)
    points -= PART * sum(bool(ASIDE.search(part.lower())) for part in parts)
    against = (
        *([known.foreign or known.abstract] * 3),
        not method,
        bool(TWIN.search(known.path.stem.lower())),
        known.arguments() == 0 or known.arguments() > 1,
        any(parent.holds() >= NEEDED for parent in known.parents) and known.name not in CLASSES,
    )
    return Candidate(known.path, known.name, points - PART * sum(against), whole)


def _by_name(name: str) -> int:
    if name in CLASSES:
        return 40 - CLASSES.index(name)
    return 20 if any(part in name for part in CLASSES[:4]) else 0


def _classes(source: Source) -> Iterator[_Class]:
    assert source.tree is not None  # noqa: S101 - the caller asked only for those with one
    nodes = list(_outer(source.tree.body))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    beside = any(FUNCTIONS.fullmatch(f.name) and _wants_one(f.args) for f in functions)
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            yield _class(node, source.path, beside=beside)


def _outer(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, also those under an ``if`` or a ``try``."""
    for node in body:
        yield node
        for name in ("body", "orelse", "handlers", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With, ast.ExceptHandler)):
                yield from _outer(getattr(node, name, []))


def _class(node: ast.ClassDef, path: Path, *, beside: bool) -> _Class:
    functions = [p for p in node.body if isinstance(p, (ast.FunctionDef, ast.AsyncFunctionDef))]
    names = {function.name for function in functions}
    for part in node.body:
        if isinstance(part, ast.Assign):
            targets = [t for whole in part.targets for t in getattr(whole, "elts", [whole])]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    bases = [_dotted(base) for base in (*node.bases, *(k.value for k in node.keywords))]
    abstract = any(base.rpartition(".")[2].partition("[")[0] in ABSTRACT for base in bases) or any(
        _dotted(d).endswith("abstractmethod") for f in functions for d in f.decorator_list
    )
    foreign = any(base.partition(".")[0] in FOREIGN_BASES and "." in base for base in bases)
    wanted = next((_needed(f.args) for f in functions if f.name == "__init__"), -1)
    return _Class(path, node.name, names, bases, foreign, abstract, beside, wanted)


def _needed(arguments: ast.arguments) -> int:
    given = len(arguments.posonlyargs) + len(arguments.args) - 1
    if arguments.vararg or arguments.kwarg:
        return 1
    needed = given - len(arguments.defaults)
    return 1 if needed == 0 and given else needed


def _wants_one(arguments: ast.arguments) -> bool:
    return len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults) == 1


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _dotted(node.value)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _inherit(classes: list[_Class]) -> None:
    for known in classes:
        for base in known.bases:
            name = base.rpartition(".")[2]
            named = [c for c in classes if c.name == name and c is not known]
            near = [c for c in named if c.path == known.path] or named
            known.parents += near[:1]


def _assign_later(sources: Iterable[Source], classes: list[_Class]) -> None:
    """Give classes what is put into them after they were made, wherever that is written."""
    by_name: dict[str, list[_Class]] = {}
    for known in classes:
        by_name.setdefault(known.name, []).append(known)
    for source in sources:
        assert source.tree is not None  # noqa: S101 - as above
        if source.puts.isdisjoint(by_name):
            continue
        for node in ast.walk(source.tree):
            for owner, name in _assigned(node):
                named = by_name.get(owner, [])
                for known in [c for c in named if c.path == source.path] or named:
                    known.names |= {name} if name else set()
                    known.later |= not name


def _assigned(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                yield target.value.id, target.attr
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
        owner, name = (*node.args, None, None)[:2]
        if isinstance(owner, ast.Name):
            known = isinstance(name, ast.Constant)
            yield owner.id, str(name.value) if isinstance(name, ast.Constant) and known else ""


def _used(sources: Iterable[Source]) -> dict[str, int]:
    """Count for every name in how many files it is imported from another one."""
    return Counter(name for source in sources for name in source.imports)
