"""A grade as the page shows it: the total, its arithmetic, and a line a group. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gradmark.grade import GroupGrade, Row, decimal
from gradmark.verdict import Outcome
from gradmark_reports.audience import Shown
from gradmark_reports.overview import Tally, tally
from gradmark_reports.points import by_group
from gradmark_reports.words import amount


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the assignment."""

    name: str
    earned: str
    points: str
    about: tuple[str, ...]
    tags: tuple[str, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Total:
    """The grade. ``earned`` is empty where ``problems`` says why there is none."""

    title: str
    earned: str
    points: str
    share: str
    mark: str
    passed: bool | None
    arithmetic: str
    problems: tuple[str, ...]
    groups: tuple[Group, ...]
    withheld: str


def total(seen: Shown) -> Total | None:
    """Return what is to be shown of a grade, None for a run without an assignment."""
    grade = seen.grade
    if grade is None:
        return None
    entries = {e.id: e for e in seen.run.entries}
    amounts = by_group(grade.groups)
    groups = tuple(
        Group(
            name=found.group.name,
            earned=earned,
            points=of,
            about=_about(found),
            tags=_tags(found, seen.marked),
            tally=tally(
                found.group.name,
                found.group.name,
                [entries[row.id] for row in found.rows if row.id in entries],
                len(found.rows),
            ),
        )
        for found, (earned, of) in zip(grade.groups, amounts, strict=True)
    )
    points = seen.points
    mark = grade.assignment.pass_mark
    share = "" if seen.earned is None or not points else decimal(100 * seen.earned / points, 1)
    return Total(
        title=grade.assignment.title,
        earned="" if seen.earned is None else decimal(seen.earned),
        points=decimal(points),
        share=share,
        mark="" if mark is None else decimal(100 * mark),
        passed=None if seen.withheld else grade.passed,
        arithmetic=" + ".join(group.earned for group in groups),
        problems=grade.problems,
        groups=groups,
        withheld=amount(seen.withheld, "group") if seen.withheld else "",
    )


def worth(seen: Shown) -> dict[str, str]:
    """Return for each behaviour that is worth points of its own what it brought."""
    rows = (row for group in (seen.grade.groups if seen.grade else ()) for row in group.rows)
    return {row.id: _brought(row) for row in rows if row.points is not None}


def _brought(row: Row) -> str:
    earned = "?" if row.earned is None else decimal(row.earned)
    points = row.points or Fraction(0)
    return f"{earned} of {decimal(points)} {'point' if points == 1 else 'points'}"


def _about(found: GroupGrade) -> tuple[str, ...]:
    """Say what the points of a group are made of."""
    group, size = found.group, len(found.rows)
    holds = sum(row.outcome is not None and row.outcome.holds for row in found.rows)
    each = decimal(group.share)
    said = [f"{holds} of {amount(size, 'behaviour')}"]
    if group.rule == "min":
        said.append("all or nothing")
    else:
        said.append(f"{each} {'point' if group.share == 1 else 'points'} each")
    if found.waits_for:
        said.append(f"nothing before all of “{found.waits_for}” holds")
    lost = sum(row.outcome in {None, Outcome.UNGRADED} for row in found.rows)
    return (*said, *([f"{lost} without a verdict"] if lost else []))


def _tags(found: GroupGrade, marked: frozenset[str]) -> tuple[str, ...]:
    said = ["bonus"] if found.group.bonus else []
    if found.group.name in marked:
        own = found.group.visibility
        said.append("hidden" if own == "visible" else own.replace("_", " "))
    return tuple(said)
