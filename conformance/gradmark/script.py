"""Printing a program as a Python script that anyone can read, and run without Gradmark."""

from __future__ import annotations

from collections.abc import Iterable

from gradmark.expressions import Writer
from gradmark.printer import Line, Printer
from gradmark.program import Program
from gradmark.spelling import Spelling
from gradmark.uses import uses_of


def as_torch(program: Program) -> tuple[str, ...]:
    """Return the lines of a script that asks PyTorch what the program asks."""
    lines, _ = _script(program, Spelling("torch"), "import torch")
    return lines


def as_library(
    program: Program,
    *,
    step: int = 0,
    module: str = "",
    spelling: Iterable[tuple[str, str]] = (),
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the lines of the same script for another library, and where in it a step happens.

    ``module`` is the library's; without it the script says ``lib`` and leaves the import to the
    reader. ``spelling`` has PyTorch's names with the library's, as an adapter declares them.
    """
    importable = bool(module) and all(part.isidentifier() for part in module.split("."))
    known = f"import {module} as lib" if importable else "# lib is the library under test"
    lines, places = _script(program, Spelling("lib", dict(spelling)), known)
    return lines, tuple(n for n, numbers in enumerate(places) if step and step in numbers)


def _script(
    program: Program, spelling: Spelling, library: str
) -> tuple[tuple[str, ...], list[frozenset[int]]]:
    printer = Printer(Writer(spelling), uses_of(program), program.names)
    printer.labels = [mark.label for mark in program.marks]
    printer.block(program.steps)
    lines = [*map(Line, spelling.before()), Line(library)]
    lines += [*map(Line, sorted(spelling.imports)), Line("")]
    lines += [Line(text, definition=inside) for text, inside in spelling.after()]
    if printer.uses.throws:
        lines += [Line("class Interruption(BaseException):"), Line("    pass", definition=True)]
    shown = _spaced([*lines, *printer.lines])
    return tuple(line.text for line in shown), [line.steps for line in shown]


def _spaced(lines: list[Line]) -> list[Line]:
    """Set functions and classes apart by empty lines."""
    shown: list[Line] = []
    for line in lines:
        last = shown[-1] if shown else Line("")
        opens = line.text.startswith(("def ", "class ", "@")) and not last.text.startswith("@")
        if last.text and line.text and (opens or (last.definition and not line.definition)):
            shown.append(Line(""))
        shown.append(line)
    return shown
