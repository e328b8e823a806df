"""A grade in a few lines of plain text: the points with their arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradmark.grade import Grade, GroupGrade, decimal
from gradmark.verdict import Outcome
from gradmark_reports.amounts import settle
from gradmark_reports.visible import visible_line

_SCALE = 100


def by_group(groups: Sequence[GroupGrade]) -> list[tuple[str, str]]:
    """Return what each group earned and is out of, such that both add up to the rounded totals.

    A group without a grade has earned ``?``.
    """
    pairs = [(found.earned or Fraction(0), found.group.points) for found in groups]
    amounts = settle(pairs, _SCALE, [found.group.bonus for found in groups])
    return [
        ("?" if found.earned is None else _written(earned), _written(of))
        for found, earned, of in zip(groups, amounts.earned, amounts.points, strict=True)
    ]


def _written(hundredths: int) -> str:
    return decimal(Fraction(hundredths, _SCALE))


def grade_lines(grade: Grade) -> list[str]:
    """Return the total, or why there is none, and a line a group."""
    title = visible_line(grade.assignment.title, 200)
    of = f"{decimal(grade.points)} points"
    if grade.earned is None:
        lines = [f"{title}: no grade, of {of}"]
        lines += [f"  {visible_line(problem)}" for problem in grade.problems]
    else:
        share = f"{decimal(100 * (grade.share or Fraction(0)), 1)} %"
        mark = {True: ", passed", False: ", not passed", None: ""}[grade.passed]
        lines = [f"{title}: {decimal(grade.earned)} of {of} ({share}){mark}"]
    amounts = by_group(grade.groups)
    return lines + [
        f"  {earned} of {of}  {_group(found)}"
        for found, (earned, of) in zip(grade.groups, amounts, strict=True)
    ]


def _group(found: GroupGrade) -> str:
    group = found.group
    line = visible_line(group.name, 60)
    holds = sum(row.holds for row in found.rows)
    about = [f"{holds} of {len(found.rows)} behaviours"]
    about += ["all or nothing"] * (group.rule == "min")
    about += ["bonus"] * group.bonus
    about += [group.visibility.replace("_", " ")] * (group.visibility != "visible")
    if found.waits_for:
        about.append(f"nothing before {visible_line(found.waits_for, 60)} holds")
    lost = sum(row.outcome in {None, Outcome.UNGRADED} for row in found.rows)
    about += [f"{lost} without a verdict"] * bool(lost)
    return f"{line} ({', '.join(about)})"
