"""What of a run is shown to whom: hidden groups leave no trace on a student's page. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction

from gradmark.grade import Grade, GroupGrade
from gradmark.grade import grade as grade_of
from gradmark.journal import make_footer
from gradmark.run import Entry, Run, in_headline
from gradmark.verdict import Detail
from gradmark_reports.exports.sheet import VISIBLE, visibilities

UNNAMED = "a behaviour that is not shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as a page shows it, with its grade.

    ``withheld`` counts the groups that were left out; then ``grade`` is about the others, and its
    total is not the run's. ``marked`` has the groups of the teacher's page that students don't see.
    """

    run: Run
    grade: Grade | None
    withheld: int = 0
    marked: frozenset[str] = frozenset()

    @property
    def earned(self) -> Fraction | None:
        """Return the points of the groups that are shown."""
        return self.grade.earned if self.grade else None

    @property
    def points(self) -> Fraction:
        """Return what the groups that are shown are worth without a bonus."""
        groups = self.grade.groups if self.grade else ()
        return sum((g.group.points for g in groups if not g.group.bonus), Fraction(0))


def shown(run: Run, *, teacher: bool = False) -> Shown:
    """Return what a page shows: all of it to a teacher, to a student what is visible.

    Where groups are hidden, a student sees the behaviours of the visible groups alone: the list of
    all the others would name the hidden ones. Raises ValueError for an assignment that can't be
    read.
    """
    grade = grade_of(run)
    if grade is None:
        return Shown(run, None)
    levels = visibilities([found.group for found in grade.groups])
    hidden = frozenset(name for name, level in levels.items() if level != VISIBLE)
    if teacher or not hidden:
        return Shown(run, grade, marked=hidden)
    seen = tuple(found for found in grade.groups if found.group.name not in hidden)
    ids = {identity for found in seen for identity in found.group.behaviours}
    return Shown(only(run, ids), _visible(grade, seen, ids), len(hidden))


def _visible(grade: Grade, groups: tuple[GroupGrade, ...], ids: Collection[str]) -> Grade:
    """Return the grade of some of the groups; the pass mark is about all of them."""
    earned = [found.earned for found in groups]
    known = [points for points in earned if points is not None]
    whole = sum(known, Fraction(0)) if len(known) == len(earned) else None
    said = tuple(_only(problem, ids) for problem in grade.problems)
    assignment = replace(
        grade.assignment, groups=tuple(found.group for found in groups), pass_mark=None
    )
    return Grade(assignment, groups, None if said else whole, said)


def only(run: Run, ids: Collection[str]) -> Run:
    """Return a run in which nothing but some behaviours was asked."""
    entries = tuple(unnamed(e, ids) for e in run.entries if e.id in ids)
    planned = tuple(identity for identity in run.header.planned if identity in ids)
    left_out = [e for e in run.entries if e.id not in ids and in_headline(e)]
    header = replace(
        run.header,
        planned=planned,
        size=len(planned or entries),
        musts=run.header.musts - len(left_out),
        assignment={},
    )
    footer = run.footer and replace(
        make_footer(entries, run.footer.seconds, run.footer.exit_code), hints=run.footer.hints
    )
    return Run(header, entries, footer)


def unnamed(entry: Entry, ids: Collection[str]) -> Entry:
    """Return an entry that says nothing about behaviours other than ``ids``."""
    verdict = entry.verdict
    root = verdict.root if verdict.root in ids else ""
    note = _only(verdict.note, ids)
    waits = bool(verdict.root and not root)
    # Where a blocked one deviates is where the hidden one fails.
    detail = Detail(reason=f"waits for {UNNAMED}") if waits else verdict.detail
    owner = detail.owner if detail.owner in ids else ""
    detail = replace(
        detail,
        owner=owner,
        label=_only(_control(detail.label, ids), ids),
        reason=_only(detail.reason, ids),
    )
    return replace(
        entry,
        verdict=replace(verdict, root=root, note=note, detail=detail),
        script=_listing(entry.script, ids),
        torch_script=_listing(entry.torch_script, ids),
        marked=() if waits else entry.marked,
        graph=None if waits else entry.graph,
    )


def _listing(lines: tuple[str, ...], ids: Collection[str]) -> tuple[str, ...]:
    """Return a program whose controls name those owners alone that are shown."""
    return tuple(_control(line, ids) for line in lines)


def _control(text: str, ids: Collection[str]) -> str:
    return _OWNER.sub(lambda found: found[0] if found[0] in ids else "hidden", text)


def _only(text: str, ids: Collection[str]) -> str:
    """Replace what may be the id of a behaviour that is not shown."""
    return _ID.sub(lambda found: found[0] if found[0] in ids else UNNAMED, text)


_ID = re.compile(r"(?<![\w.-])[a-z]+(?:-[a-z]+)*\.[a-z0-9]+(?:-[a-z0-9]+)+(?![\w.(])")
_OWNER = re.compile(r"(?<=\bcontrol: )[a-z0-9-]+\.[a-z0-9-]+")
