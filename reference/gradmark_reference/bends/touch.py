"""Which calls of PyTorch a program comes to: a bend of another call can't change its answer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from inspect import getattr_static
from typing import Any

from gradmark.program import Program
from gradmark.replay import replay
from gradmark.session import Reference
from gradmark_reference.bends.bend import INDEXING, Bend, Reading, load_bends, owner_of, standing_in
from gradmark_reference.live import restored

_MAKING = "__new__"
"""What PyTorch looks up by itself, without a call that could be seen."""


class Touches:
    """The bent calls that each program comes to, found out by replaying it once."""

    def __init__(self, torch: Any, reference: Reference) -> None:
        """Remember whom to ask; every target of a bend is watched at once."""
        self._torch = torch
        self._reference = reference
        self._surface = Reading(torch, Bend("none", "", "", lambda call: call, ()))
        self._targets = sorted({bend.target for bend in load_bends()})
        self._known: dict[str, set[str]] = {}

    def by(self, program: Program, target: str) -> bool:
        """Say whether a program may come to a call."""
        if program.key not in self._known:
            self._known[program.key] = self._of(program)
        return target in self._known[program.key]

    def _of(self, program: Program) -> set[str]:
        indexes = any(step.op == "index" for step in program.walk())
        seen = {INDEXING} if indexes else set()
        with restored(self._torch, program), ExitStack() as watched:
            for target in self._targets:
                if target != INDEXING:
                    owner, name = owner_of(self._torch, target)
                    other = _watching(owner, name, partial(seen.add, target))
                    if other is None:
                        seen.add(target)
                    else:
                        watched.enter_context(standing_in(owner, name, other))
            trace = replay(program, self._surface)
        # Whoever notices that it is watched is not believed.
        return seen if trace == self._reference.expected(program) else set(self._targets)


class _Read:
    """Stands in for an attribute of a class, and tells of each time that it is looked up."""

    def __init__(self, value: Any, tell: Callable[[], None]) -> None:
        self._value = value
        self._tell = tell

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        self._tell()
        return self._value.__get__(owner, kind) if hasattr(self._value, "__get__") else self._value


class _Written(_Read):
    """Stands in for an attribute that has rules for being set, too."""

    def __set__(self, owner: Any, new: Any) -> None:
        self._tell()
        self._value.__set__(owner, new)

    def __delete__(self, owner: Any) -> None:
        self._tell()
        self._value.__delete__(owner)


def _watching(owner: Any, name: str, tell: Callable[[], None]) -> Any:
    """Return what stands in for an attribute; None for what can't be told of."""
    if name == _MAKING:
        return None
    if isinstance(owner, type):
        value = getattr_static(owner, name)
        return _Written(value, tell) if hasattr(value, "__set__") else _Read(value, tell)
    function = getattr(owner, name)
    if isinstance(function, type) or not callable(function):
        return None

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tell()
        return function(*args, **kwargs)

    return call
