"""What a bug can reach: a program that runs none of the altered code is answered as before.

Most mutants alter one function of the model, and most programs run few of them; asking the others
again would show nothing and take most of the time.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

from gradmark.program import Program
from gradmark.replay import replay
from gradmark.surface import Surface
from gradmark_reference.mutants.mutant import MODEL

Place = tuple[str, int, str]
"""A function of the model: its file, its first line and its name."""


def altered(package: Path) -> frozenset[Place] | None:
    """Return the functions of the model that a mutated package has otherwise.

    None where it is not functions alone that are altered: what a module or a class does when it is
    made, or how a function is called, shows everywhere.
    """
    found: set[Place] = set()
    for path in sorted(MODEL.glob("*.py")):
        before, after = path.read_text(encoding="utf-8"), (package / path.name).read_text("utf-8")
        if before != after and not _compare(_code(before), _code(after), path.name, found):
            return None
    return frozenset(found)


def _code(source: str) -> CodeType:
    return compile(source, "", "exec", dont_inherit=True)


def _compare(before: CodeType, after: CodeType, file: str, found: set[Place]) -> bool:
    """Collect the functions that differ; False where more than their inside does."""
    if _outside(before) != _outside(after):
        return False
    inner, other = _inner(before), _inner(after)
    same = _inside(before) == _inside(after) and len(inner) == len(other)
    if same and all(_outside(a) == _outside(b) for a, b in zip(inner, other, strict=True)):
        return all(_compare(a, b, file, found) for a, b in zip(inner, other, strict=True))
    found.add((file, before.co_firstlineno, before.co_name))
    return bool(before.co_flags & _IS_FUNCTION)


_IS_FUNCTION = 2
"""Python's flag CO_NEWLOCALS: what is no module and no body of a class."""


def _outside(code: CodeType) -> object:
    """Return what may be seen of a function without calling it."""
    named = None if code.co_name == "<lambda>" else code.co_argcount + code.co_kwonlyargcount
    return (
        code.co_name,
        code.co_varnames[:named],
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags,
    )


def _inside(code: CodeType) -> object:
    plain = [(type(c), c) for c in code.co_consts if not isinstance(c, CodeType)]
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return code.co_code, code.co_exceptiontable, plain, names


def _inner(code: CodeType) -> list[CodeType]:
    return [c for c in code.co_consts if isinstance(c, CodeType)]


class Reached:
    """The functions of the model that each program runs, found out by running it once."""

    def __init__(self, surface: Callable[[ModuleType], Surface]) -> None:
        """Import the model anew, to see what runs while it is imported."""
        name = "gradmark_reference.model"
        known = {m: sys.modules.pop(m) for m in list(sys.modules) if m.startswith(name)}
        try:
            with _watched() as self._always:
                self._module = importlib.import_module(name)
        finally:
            for each in [m for m in sys.modules if m.startswith(name)]:
                del sys.modules[each]
            sys.modules.update(known)
        self._surface = surface
        self._places: dict[str, set[Place]] = {}

    def untouched(self, programs: Iterable[Program], places: frozenset[Place] | None) -> set[str]:
        """Return the keys of the programs that run none of these functions."""
        if places is None or places & self._always:
            return set()
        return {program.key for program in programs if not places & self._of(program)}

    def _of(self, program: Program) -> set[Place]:
        if program.key not in self._places:
            with _watched() as run:
                replay(program, self._surface(self._module))
            self._places[program.key] = run
        return self._places[program.key]


@contextmanager
def _watched() -> Iterator[set[Place]]:
    """Collect the functions of the model that are called, in whatever thread."""
    run: set[Place] = set()
    folder = str(MODEL)

    def see(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            code = frame.f_code
            if code.co_filename.startswith(folder):
                run.add((Path(code.co_filename).name, code.co_firstlineno, code.co_name))

    before = sys.getprofile()
    threading.setprofile(see)
    sys.setprofile(see)
    try:
        yield run
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
