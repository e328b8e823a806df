"""The kill matrix: every mutant against the whole spec, in this process."""

from __future__ import annotations

import gc
import importlib
import signal
import sys
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, cast

from gradmark.behaviour import Behaviour, Spec
from gradmark.program import Program
from gradmark.replay import replay
from gradmark.session import Answer, BackendInfo, Reference, Session
from gradmark.surface import Surface
from gradmark.verdict import Outcome, Verdict
from gradmark_reference.bends import Bend, bent_ids
from gradmark_reference.bends.bend import Bent
from gradmark_reference.bends.touch import Touches
from gradmark_reference.mutants.mutant import Mutant, build
from gradmark_reference.mutants.reach import Reached, altered

SECONDS = 5.0
"""What one program may take; the model needs 0.2 for the slowest, where nothing else runs."""


class _TooLong(BaseException):
    """Raised by the alarm; no library catches it by accident."""


class Stored(Surface):
    """The model, whose values are read where they are stored: a broken detach breaks no reading."""

    def host(self, value: Any) -> Any:
        """Return the array that a tensor holds."""
        return value._array  # noqa: SLF001 - the model is ours


class Here:
    """A package on disk as a backend in this process; asked afresh, it is imported anew."""

    def __init__(self, package: Path, surface: Callable[[ModuleType], Surface] = Surface) -> None:
        """Remember where the package lies; it is imported when it is asked."""
        self._package = package
        self._surface = surface
        self._module: ModuleType | None = None

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""
        return BackendInfo(self._package.name, where=str(self._package))

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        """Replay one program, and stop it where it takes too long."""
        if fresh or self._module is None:
            self.close()
            self._module = self._import()
        trace = None
        with suppress(_TooLong), _clock() as rung:
            trace = replay(program, self._surface(self._module))
        if rung:
            return Answer(None, Outcome.TIMEOUT, f"no answer within {SECONDS:g} s")
        return Answer(trace)

    def _import(self) -> ModuleType:
        sys.path.insert(0, str(self._package.parent))
        importlib.invalidate_caches()
        try:
            return importlib.import_module(self._package.name)
        finally:
            sys.path.pop(0)

    def close(self) -> None:
        """Forget the package's modules."""
        self._module = None
        name = self._package.name
        for known in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
            del sys.modules[known]


class Touched:
    """A mutant or bend of which only the programs are asked that its bug can change."""

    def __init__(self, whole: Here | Bent, untouched: set[str], reference: Reference) -> None:
        """Leave the rest to the reference, with which both agree."""
        self._whole = whole
        self._untouched = untouched
        self._reference = reference

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""
        return self._whole.info

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        """Replay one program, where that may show anything."""
        if program.key in self._untouched:
            return Answer(self._reference.expected(program))
        return self._whole.ask(program, fresh=fresh)

    def close(self) -> None:
        """Forget the package's modules."""
        self._whole.close()


@cache
def _reached() -> Reached:
    return Reached(Stored)


@cache
def _touches(reference: Any) -> Touches:
    import torch

    return Touches(torch, reference)


@contextmanager
def _clock() -> Iterator[list[int]]:
    # A replay tells of whatever is raised in it, so the alarm is written down as well.
    rung: list[int] = []

    def ring(number: int, _frame: FrameType | None) -> None:
        rung.append(number)
        raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield rung
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant's or bend's verdicts, in the order in which the behaviours were asked."""

    mutant: Mutant | Bend
    verdicts: tuple[Verdict, ...]

    @property
    def killed(self) -> tuple[str, ...]:
        """Return the behaviours that deviate by themselves."""
        return tuple(
            v.id for v in self.verdicts if not v.outcome.holds and v.outcome is not Outcome.BLOCKED
        )

    @property
    def blocked(self) -> tuple[str, ...]:
        """Return the behaviours that wait for another one."""
        return tuple(v.id for v in self.verdicts if v.outcome is Outcome.BLOCKED)

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Return the deviations that the mutant does not name."""
        named = (*self.mutant.own, *self.mutant.others)
        return tuple(k for k in self.killed if not any(fnmatchcase(k, name) for name in named))

    @property
    def unkept(self) -> tuple[str, ...]:
        """Return the behaviours that the mutant names and that hold or are blocked."""
        named = (*self.mutant.own, *self.mutant.others)
        return tuple(name for name in named if not any(fnmatchcase(k, name) for k in self.killed))


def held(spec: Spec) -> Spec:
    """Return what the model holds: all that no bend of PyTorch is there for."""
    kept = tuple(b for b in spec if b.id not in bent_ids())
    return Spec(kept, spec.chapters, spec.partial)


@cache
def _settled(reference: Any, seed: int, *behaviours: Behaviour) -> None:
    """Record and answer everything once; what that leaves need not be counted at each collection.

    Two behaviours collect garbage, which would take most of a row's time.
    """
    for behaviour in behaviours:
        reference.expected(behaviour.program(seed))
    gc.collect()
    gc.freeze()


def run_bend(bend: Bend, spec: Spec, reference: Reference, seed: int = 0) -> Row:
    """Judge PyTorch with one call altered by the whole spec."""
    import torch

    _settled(cast("Hashable", reference), seed, *spec)
    touches = _touches(cast("Hashable", reference))
    programs = [behaviour.program(seed) for behaviour in spec]
    untouched = {p.key for p in programs if not touches.by(p, bend.target)}
    backend = Touched(Bent(torch, bend), untouched, reference)
    return Row(bend, tuple(Session(spec, backend, reference, seed=seed, repeats=0).run()))


def run(mutant: Mutant, spec: Spec, reference: Reference, seed: int = 0) -> Row:
    """Judge one mutant by what the model holds of the spec."""
    _settled(cast("Hashable", reference), seed, *spec)
    with tempfile.TemporaryDirectory() as folder:
        name = f"mutant_{mutant.id.replace('-', '_')}"
        package, kept = build(mutant, Path(folder), name), held(spec)
        untouched = _reached().untouched((b.program(seed) for b in kept), altered(package))
        backend = Touched(Here(package, Stored), untouched, reference)
        try:
            session = Session(kept, backend, reference, seed=seed, repeats=0)
            return Row(mutant, tuple(session.run()))
        finally:
            backend.close()


def survivors(rows: Iterable[Row], spec: Spec) -> tuple[str, ...]:
    """Return the behaviours that no mutant or bend fails as its own."""
    killed = {name for row in rows for name in row.mutant.own if name in row.killed}
    return tuple(b.id for b in spec if b.id not in killed)


def render(rows: Sequence[Row], spec: Spec) -> str:
    """Write the matrix as a page of the docs."""
    bends = sum(isinstance(row.mutant, Bend) for row in rows)
    left = len(survivors(rows, spec))
    counted = (
        f"{len(rows) - bends} mutants, {bends} bends, {len(spec)} behaviours, {left} survivors"
    )
    lines = [
        "# The kill matrix",
        "",
        "Every mutant is the bundled model with one bug that people make, or two. A bend is",
        "PyTorch with one call altered, for what the model does not hold. Its own behaviours have",
        "to deviate; where the bug shows elsewhere too, the reason stands there.",
        "Made by `python -m gradmark_reference.mutants --write conformance/docs/kill-matrix.md`.",
        "",
        counted + ".",
        "",
    ]
    for row in rows:
        own = ", ".join(f"`{name}`" for name in row.mutant.own)
        lines += [f"## {row.mutant.id}", "", f"{row.mutant.title}.", "", f"- its own: {own}"]
        lines += [f"- also `{name}`: {why}" for name, why in row.mutant.others.items()]
        if row.blocked:
            lines.append(f"- blocked: {len(row.blocked)}")
        lines.append("")
    lines += ["## By behaviour", "", "| behaviour | killed by |", "|---|---|"]
    for behaviour in spec:
        killers = [r.mutant.id for r in rows if behaviour.id in r.mutant.own]
        lines.append(f"| `{behaviour.id}` | {', '.join(killers)} |")
    return "\n".join(lines) + "\n"
