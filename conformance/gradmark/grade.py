"""From verdicts to points: exact, and never a zero for what was not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradmark.assignment import Assignment, Group
from gradmark.run import Entry, Run
from gradmark.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """One behaviour in a group: what it is worth and what of it was earned.

    Both are None where the whole group decides (rule ``min``); ``earned`` is None where there is no
    verdict of the library's.
    """

    id: str
    outcome: Outcome | None
    points: Fraction | None
    earned: Fraction | None
    holds: bool = False
    """Whether it is met: a should asks for PyTorch's own way, a must also takes another."""


@dataclass(frozen=True, slots=True)
class GroupGrade:
    """One group's points; ``earned`` is None where something in it has no verdict.

    ``waits_for`` names the required group in which something does not hold.
    """

    group: Group
    earned: Fraction | None
    rows: tuple[Row, ...]
    waits_for: str = ""

    @property
    def complete(self) -> bool:
        """Say whether everything in the group holds."""
        return all(row.holds for row in self.rows)


@dataclass(frozen=True, slots=True)
class Grade:
    """What a run is worth. ``earned`` is None where ``problems`` says why there is no grade."""

    assignment: Assignment
    groups: tuple[GroupGrade, ...]
    earned: Fraction | None
    problems: tuple[str, ...] = ()

    @property
    def points(self) -> Fraction:
        """Return what could be earned without a bonus."""
        return self.assignment.points

    @property
    def share(self) -> Fraction | None:
        """Return what was earned of what could be; more than 1 with a bonus."""
        return None if self.earned is None else self.earned / self.points

    @property
    def passed(self) -> bool | None:
        """Say whether the pass mark was reached; None without a mark or a grade."""
        if self.share is None or self.assignment.pass_mark is None:
            return None
        return self.share >= self.assignment.pass_mark


def grade(run: Run) -> Grade | None:
    """Return the grade of a run with an assignment, None for one without.

    Raises ValueError for an assignment that no version of this journal's format writes.
    """
    if not run.header.assignment:
        return None
    assignment = Assignment.from_json(run.header.assignment)
    entries = {e.id: e for e in run.entries}
    problems = _problems(run, assignment, entries)
    groups: dict[str, GroupGrade] = {}
    for group in assignment.groups:
        groups[group.name] = _graded(group, assignment, entries, groups)
    earned = [g.earned for g in groups.values()]
    known = [points for points in earned if points is not None]
    whole = sum(known, Fraction(0)) if not problems and len(known) == len(earned) else None
    return Grade(assignment, tuple(groups.values()), whole, problems)


def gate(run: Run, fail_under: float | None = None) -> int:
    """Return a run's exit code: 0 enough, 1 too little, 3 no grade.

    Enough is ``fail_under`` percent of the points, or else the pass mark; without either, all that
    is worth points holds. Without an assignment it is that share of the musts.
    """
    found = grade(run)
    share = _musts(run) if found is None else found.share
    if share is None:
        return 3
    if fail_under is not None:
        # The number as it was typed: 0.1 is a tenth, which no float is.
        return int(100 * share < Fraction(str(fail_under)))
    if found is None:
        return int(share < 1)
    if found.passed is not None:
        return int(not found.passed)
    return int(not all(g.complete for g in found.groups))


def _musts(run: Run) -> Fraction | None:
    return Fraction(*run.score) if run.score and run.header.musts else None


def _problems(run: Run, assignment: Assignment, entries: dict[str, Entry]) -> tuple[str, ...]:
    found = []
    absent = [i for i in assignment.ids if i not in entries]
    if absent:
        found.append(f"{len(absent)} behaviours were not asked, {absent[0]} for one")
    lost = [i for i in assignment.ids if i in entries and _is_lost(entries[i])]
    if lost:
        found.append(f"{len(lost)} ungraded, which is not the library's fault: {lost[0]} for one")
    if run.footer is None:
        found.append("the run has no end")
    if not run.header.reference.get("is_the_specs", True):
        found.append("compared with a PyTorch that is not the spec's reference")
    level = run.header.backend.get("isolation", 0)
    if level < assignment.isolation:
        found.append(f"isolation level {level}, and a grade needs {assignment.isolation}")
    return tuple(found)


def _is_lost(entry: Entry) -> bool:
    return entry.outcome is Outcome.UNGRADED


def _graded(
    group: Group,
    assignment: Assignment,
    entries: dict[str, Entry],
    before: dict[str, GroupGrade],
) -> GroupGrade:
    waits_for = next((name for name in group.require if not before[name].complete), "")
    shares = tuple(_share(identity, assignment, entries) for identity in group.behaviours)
    earned: Fraction | None
    if any(share is None for share in shares):
        earned = None
    elif waits_for:
        earned = Fraction(0)
    elif group.rule == "min":
        earned = group.points * min(share for share in shares if share is not None)
    else:
        earned = sum((group.share * share for share in shares if share is not None), Fraction(0))
    rows = tuple(
        _row(identity, group, share, entries, waiting=bool(waits_for))
        for identity, share in zip(group.behaviours, shares, strict=True)
    )
    return GroupGrade(group, earned, rows, waits_for)


def _share(identity: str, assignment: Assignment, entries: dict[str, Entry]) -> Fraction | None:
    """Return what a verdict is worth, between 0 and 1; None where there is none."""
    entry = entries.get(identity)
    if entry is None or _is_lost(entry):
        return None
    if entry.outcome is Outcome.LENIENT and not entry.holds:
        return Fraction(0)  # a should asks for PyTorch's own way
    return assignment.worth.get(entry.outcome, Fraction(0))


def _row(
    identity: str, group: Group, share: Fraction | None, entries: dict[str, Entry], *, waiting: bool
) -> Row:
    outcome = entries[identity].outcome if identity in entries else None
    holds = identity in entries and entries[identity].holds
    if group.rule == "min":
        return Row(identity, outcome, None, None, holds)
    earned = None if share is None else Fraction(0) if waiting else group.share * share
    return Row(identity, outcome, group.share, earned, holds)


def whole_numbers(parts: Sequence[Fraction], scale: int = 1) -> list[int]:
    """Round parts, each times ``scale``, so that they add up to their rounded sum.

    What is left over goes to the parts that lost the most; among equals to the first.
    """
    exact = [part * scale for part in parts]
    floors = [part.numerator // part.denominator for part in exact]
    left = rounded(sum(exact, Fraction(0))) - sum(floors)
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[:left]:
        floors[i] += 1
    return floors


def rounded(value: Fraction) -> int:
    """Round to the nearest whole number, a half upwards."""
    return (2 * value + 1).__floor__() // 2


def decimal(value: Fraction, digits: int = 2) -> str:
    """Write points for people: rounded, without zeros at the end."""
    number = rounded(value * 10**digits)
    sign, number = ("-" if number < 0 else ""), abs(number)
    whole, part = divmod(number, 10**digits)
    end = f".{part:0{digits}d}".rstrip("0").rstrip(".") if digits else ""
    return f"{sign}{whole}{end}"
