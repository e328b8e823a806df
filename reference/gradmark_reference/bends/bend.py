"""What a bend is, and how PyTorch is bent for as long as one program takes."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from gradmark.program import Program
from gradmark.replay import replay
from gradmark.session import Answer, BackendInfo
from gradmark.surface import Surface
from gradmark_reference.live import restored

INDEXING = "Tensor.__getitem__"
"""What is bent where a program indexes: a class that once had this method stays another one."""


@dataclass(frozen=True, slots=True)
class Bend:
    """One call of PyTorch, altered as a library that gets it wrong would answer it.

    ``target`` is a dotted name below ``torch``: a function (``zeros``), or a method or property of
    a class (``Tensor.view``). ``bent`` is given what stands there and returns what stands there
    instead. ``own`` are the behaviours that must deviate, ``others`` maps further ones of the same
    chapter to the reason why the bend shows there too.
    """

    id: str
    title: str
    target: str
    bent: Callable[[Any], Any] = field(repr=False)
    own: tuple[str, ...]
    others: dict[str, str] = field(default_factory=dict)


class Reading(Surface):
    """PyTorch, whose values are read by calls that no bend reaches."""

    def __init__(self, torch: Any, bend: Bend) -> None:
        super().__init__(torch)
        self._tensor = torch.Tensor
        self._detach, self._numpy = torch.Tensor.detach, torch.Tensor.numpy
        taken = operator.getitem
        self._item = bend.bent(taken) if bend.target == INDEXING else taken

    def index(self, value: Any, key: Any) -> Any:
        """Take an item."""
        return self._item(value, key) if isinstance(value, self._tensor) else value[key]

    def host(self, value: Any) -> Any:
        """Return the array that a tensor holds."""
        return self._numpy(self._detach(value))


class Bent:
    """PyTorch with one call altered, as a backend in this process."""

    def __init__(self, torch: Any, bend: Bend) -> None:
        """Remember what to alter; between programs PyTorch is as it was."""
        self._torch = torch
        self._bend = bend
        self._surface = Reading(torch, bend)

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""
        return BackendInfo(self._bend.id, profile="torch")

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:  # noqa: ARG002 - no state
        """Replay one program on the bent PyTorch."""
        with restored(self._torch, program), bent(self._torch, self._bend):
            return Answer(replay(program, self._surface))

    def close(self) -> None:
        """Nothing is held."""


@contextmanager
def bent(torch: Any, bend: Bend) -> Iterator[None]:
    """Alter one call, and put it back. Raises AttributeError where PyTorch has no such call."""
    if bend.target == INDEXING:
        yield
        return
    owner, name = owner_of(torch, bend.target)
    with standing_in(owner, name, bend.bent(getattr(owner, name))):
        yield


def owner_of(torch: Any, target: str) -> tuple[Any, str]:
    """Return where a dotted name stands, and its last part."""
    *path, name = target.split(".")
    return functools.reduce(getattr, path, torch), name


@contextmanager
def standing_in(owner: Any, name: str, other: Any) -> Iterator[None]:
    """Put something else under a name for a while."""
    own = vars(owner).get(name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)


@cache
def load_bends() -> tuple[Bend, ...]:
    """Return all bends, module by module. Raises ValueError for a doubled id."""
    package = import_module("gradmark_reference.bends.bank")
    bends: list[Bend] = []
    for module in sorted(m.name for m in iter_modules(package.__path__)):
        bends += import_module(f"{package.__name__}.{module}").BENDS
    names = [b.id for b in bends]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        message = f"bends with one id: {', '.join(doubled)}"
        raise ValueError(message)
    return tuple(bends)


@cache
def bent_ids() -> frozenset[str]:
    """Return the behaviours that bends kill: those that the model does not hold."""
    return frozenset(name for bend in load_bends() for name in bend.own)
