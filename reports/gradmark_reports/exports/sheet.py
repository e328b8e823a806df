"""What an export may show of a run, and the one rule about what is hidden.

A group that students may not see yet, or that requires such a group, is **hidden**. Then

- Gradescope, which has levels of visibility, gets every row with its own; it keeps the total back.
- Canvas and Moodle get the total and nothing else: those files are the teacher's.
- Everything else can be read by the student. It shows no row of a hidden group, no id of one as the
  root of another's trouble, and no total, because a total less what is shown is what is hidden; it
  shows the points of the visible groups and says so. What would be taken for the grade itself
  (Classroom 50, GitHub Classroom) is refused.

With an assignment, a behaviour outside all groups is left out as well: a list of all the others
would name the hidden ones.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from gradmark.assignment import Group
from gradmark.errors import GradmarkError
from gradmark.grade import Grade
from gradmark.run import Entry, Run, in_headline
from gradmark.verdict import Detail, Outcome
from gradmark_reports import overview

VISIBLE = "visible"
STRICTNESS = ("visible", "after_due_date", "after_published", "hidden")
_UNNAMED = "a behaviour that is not shown"


@dataclass(frozen=True, slots=True)
class Line:
    """One behaviour; the points are None where its group is decided as a whole.

    ``entry`` is None where the behaviour was not asked, ``earned`` where it has no verdict.
    """

    id: str
    entry: Entry | None
    points: Fraction | None
    earned: Fraction | None

    @property
    def title(self) -> str:
        """Return what the behaviour states, or else its id."""
        return self.entry.title if self.entry else self.id

    @property
    def graded(self) -> bool:
        """Say whether there is a verdict of the library's."""
        return self.entry is not None and self.entry.outcome is not Outcome.UNGRADED

    @property
    def holds(self) -> bool:
        """Say whether the behaviour holds."""
        return self.entry is not None and self.entry.holds

    @property
    def verdict(self) -> str:
        """Return the verdict's name, ``ungraded`` where there is none."""
        return self.entry.outcome.value if self.entry else Outcome.UNGRADED.value


@dataclass(frozen=True, slots=True)
class Part:
    """One group of an assignment, or one chapter; ``whole`` where it is all or nothing."""

    name: str
    points: Fraction
    earned: Fraction | None
    lines: tuple[Line, ...]
    visibility: str = VISIBLE
    bonus: bool = False
    whole: bool = False
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A run as an export shows it.

    ``problems`` says why there is no grade. ``withheld`` says that hidden groups were left out, and
    then ``points`` and ``earned`` are those of the parts that are shown.
    """

    title: str
    run: Run
    parts: tuple[Part, ...]
    points: Fraction
    earned: Fraction | None
    problems: tuple[str, ...] = ()
    withheld: bool = False
    passed: bool | None = None
    assigned: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return the lines of all the parts."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def failures(self) -> tuple[Entry, ...]:
        """Return what does not hold: what is to be mended first before what waits for it."""
        shown = {line.id: line.entry for line in self.lines if line.entry and not line.holds}
        roots = [r.id for r in overview.fix_first(self.run) if r.id in shown]
        return tuple(e for i in dict.fromkeys([*roots, *shown]) if (e := shown[i]) is not None)


def make_sheet(run: Run, grade: Grade | None, *, hidden: bool = False) -> Sheet:
    """Return what may be shown of a run; hidden groups are left out unless asked for."""
    if grade is None:
        return _by_chapter(run)
    visibility = visibilities([found.group for found in grade.groups])
    secret = {
        identity
        for found in grade.groups
        if visibility[found.group.name] != VISIBLE
        for identity in found.group.behaviours
    }
    entries = {e.id: _unnamed(e, secret) for e in run.entries}
    parts = tuple(
        Part(
            name=found.group.name,
            points=found.group.points,
            earned=found.earned,
            lines=tuple(
                Line(row.id, entries.get(row.id), row.points, row.earned) for row in found.rows
            ),
            visibility=visibility[found.group.name],
            bonus=found.group.bonus,
            whole=found.group.rule == "min",
            waits_for=found.waits_for,
        )
        for found in grade.groups
    )
    shown = parts if hidden else tuple(p for p in parts if p.visibility == VISIBLE)
    withheld = len(shown) < len(parts)
    earned = grade.earned
    if withheld and earned is not None:
        earned = sum((p.earned for p in shown if p.earned is not None), Fraction(0))
    return Sheet(
        title=grade.assignment.title,
        run=run,
        parts=shown,
        points=sum((p.points for p in shown if not p.bonus), Fraction(0)),
        earned=earned,
        problems=_problems(grade, secret) if earned is None else (),
        withheld=withheld,
        passed=None if withheld else grade.passed,
        assigned=True,
    )


def visibilities(groups: Sequence[Group]) -> dict[str, str]:
    """Return each group's visibility: the strictest of its own and of those that it requires."""
    found: dict[str, str] = {}
    for group in groups:
        said = [group.visibility, *(found[name] for name in group.require)]
        found[group.name] = max(said, key=STRICTNESS.index)
    return found


def refuse_without_grade(sheet: Sheet, name: str) -> Fraction:
    """Return the points earned.

    Raises `GradmarkError` where there is no grade, for formats that would make it a zero.
    """
    if sheet.earned is None:
        raise GradmarkError(
            "no-grade",
            f"this run has no grade, and {name} has no way to say so but a zero",
            cause="\n".join(sheet.problems),
            hint="run the backend again, all of it",
        )
    return sheet.earned


def refuse_hidden(sheet: Sheet, name: str) -> None:
    """Raise `GradmarkError` where hidden groups were left out, for formats that are the grade."""
    if sheet.withheld:
        raise GradmarkError(
            "hidden-groups",
            f"{name} shows students every score, and hidden groups take part in this one",
            hint="make the groups visible, or hand the grade on by gradescope, canvas or moodle",
        )


def _by_chapter(run: Run) -> Sheet:
    """One part a chapter with what counts; points are the musts of the headline score."""
    score = run.score
    one, none = Fraction(1), Fraction(0)
    titles = dict(run.header.chapters)
    chapters: dict[str, list[Line]] = {}
    for entry in run.entries:
        if entry.counted or in_headline(entry):
            worth = one if in_headline(entry) else none
            lost = entry.outcome is Outcome.UNGRADED
            earned = None if lost else worth * entry.holds
            chapters.setdefault(entry.chapter, []).append(Line(entry.id, entry, worth, earned))
    parts = []
    for name, lines in chapters.items():
        known = [line.earned for line in lines if line.earned is not None]
        parts.append(
            Part(
                name=titles.get(name, name),
                points=sum((line.points or none for line in lines), none),
                earned=sum(known, none) if len(known) == len(lines) else None,
                lines=tuple(lines),
            )
        )
    return Sheet(
        title="Automatic differentiation as PyTorch does it",
        run=run,
        parts=tuple(parts),
        points=Fraction(run.header.musts),
        earned=None if score is None else Fraction(score[0]),
        problems=run.unscored,
    )


def _problems(grade: Grade, secret: Collection[str]) -> tuple[str, ...]:
    said = grade.problems or ("something in it has no verdict",)
    return tuple(_without_ids(problem, secret) for problem in said)


def _without_ids(text: str, secret: Collection[str]) -> str:
    for identity in sorted(secret, key=len, reverse=True):
        text = text.replace(identity, _UNNAMED)
    return text


def _unnamed(entry: Entry, secret: Collection[str]) -> Entry:
    """Return an entry that does not name what is hidden as the root of its trouble."""
    verdict = entry.verdict
    note = _without_ids(verdict.note, secret)
    root = verdict.root
    detail = verdict.detail
    if root in secret and entry.id not in secret:
        root, note = "", f"waits for {_UNNAMED}" + (f"; {note}" if note else "")
        detail = Detail()  # it shows how the hidden one fails
    texts: dict[str, Any] = {
        name: _without_ids(said, secret)
        for name in (f.name for f in fields(detail))
        if isinstance(said := getattr(detail, name), str)
    }
    detail = replace(detail, **texts)
    return replace(
        entry,
        verdict=replace(verdict, root=root, note=note, detail=detail),
        script=tuple(_without_ids(line, secret) for line in entry.script),
        torch_script=tuple(_without_ids(line, secret) for line in entry.torch_script),
    )
