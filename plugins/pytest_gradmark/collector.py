"""The spec as pytest collects it: no files, so that no ini file and no fixture meddles."""

from __future__ import annotations

import bdb
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from gradmark.behaviour import Behaviour, Spec
from gradmark.run import Entry
from gradmark.verdict import Outcome
from gradmark_reports.terminal import failure_text

ROOT = "gradmark"
SEARCH = "search"
"""Where a chapter's name would stand, of what is searched beyond the spec."""


class Asker(Protocol):
    """Whoever can say how the library under test answers."""

    def entry(self, behaviour: Behaviour) -> Entry:
        """Ask and judge."""

    def library_error(self, behaviour: Behaviour) -> Exception | None:
        """Return what the library raised, where a debugger may want to see it."""


class Deviation(bdb.BdbQuit):
    """The library deviates; what pytest prints is made from the entry.

    Nothing was raised that a debugger could stop at, which pytest knows of this kind of exception.
    """


class Collected(pytest.Collector):
    """The whole of what is run."""

    chosen: Spec
    asker: Asker
    beyond: Callable[[pytest.Collector], pytest.Collector] | None = None
    """Makes what is searched after the spec, if anything is."""

    @classmethod
    def make(
        cls,
        parent: pytest.Session,
        chosen: Spec,
        asker: Asker,
        beyond: Callable[[pytest.Collector], pytest.Collector] | None = None,
    ) -> Collected:
        """Return the collector that stands beside the repository's own tests."""
        made: Collected = cls.from_parent(parent, name=ROOT, nodeid=ROOT)
        made.chosen, made.asker, made.beyond = chosen, asker, beyond
        return made

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield the chapters in which something is chosen, in reading order."""
        for name in dict.fromkeys(b.chapter for b in self.chosen):
            chapter: Chapter = Chapter.from_parent(self, name=name)
            chapter.behaviours = tuple(b for b in self.chosen if b.chapter == name)
            chapter.asker = self.asker
            yield chapter
        if self.beyond is not None:
            yield self.beyond(self)


class Chapter(pytest.Collector):
    """One chapter of the spec."""

    behaviours: tuple[Behaviour, ...]
    asker: Asker

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each behaviour."""
        for behaviour in self.behaviours:
            case: Case = Case.from_parent(self, name=behaviour.id.partition(".")[2])
            case.behaviour, case.asker = behaviour, self.asker
            case.add_marker(ROOT)
            yield case


class Case(pytest.Item):
    """One behaviour. A plain item: the repository's automatic fixtures are not for it."""

    behaviour: Behaviour
    asker: Asker
    entry: Entry | None = None

    def runtest(self) -> None:
        """Ask and judge. Raises `Deviation`, or at level 0 what the library raised itself."""
        __tracebackhide__ = True
        self.entry = self.asker.entry(self.behaviour)
        if fails(self.entry):
            error = self.asker.library_error(self.behaviour)
            raise error if error is not None else Deviation(self.entry.outcome.value)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what is to be learnt from the deviation, and never a traceback of ours."""
        if self.entry is None:
            return super().repr_failure(excinfo, style)
        return failure_text(self.entry)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the behaviour is written, and what it is called."""
        body = inspect.unwrap(self.behaviour.body)
        return Path(body.__code__.co_filename), body.__code__.co_firstlineno - 1, self.behaviour.id


def fails(entry: Entry) -> bool:
    """Say whether a verdict makes the run fail."""
    return entry.outcome is Outcome.UNGRADED or (entry.counted and not entry.holds)


def node_id(identity: str) -> str:
    """Return pytest's id of a behaviour."""
    chapter, _, slug = identity.partition(".")
    return f"{ROOT}::{chapter}::{slug}"


def behaviour_id(node: str) -> str:
    """Return the behaviour that a node id stands for, or nothing."""
    root, _, rest = node.partition("::")
    ours = root == ROOT and rest.count("::") == 1 and not rest.startswith(f"{SEARCH}::")
    return rest.replace("::", ".") if ours else ""
