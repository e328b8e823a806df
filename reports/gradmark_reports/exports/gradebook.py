"""Grades filled into the file that a teacher downloaded from Canvas or Moodle: one column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from gradmark.errors import GradmarkError, near
from gradmark.grade import decimal
from gradmark_reports.exports.table import Table, parse

_CANVAS = ("Student", "ID", "Section")
_CANVAS_KEYS = ("ID", "SIS User ID", "SIS Login ID", "Student")
_ASSIGNMENT = re.compile(r"(.*) \(\d+\)")
_MOODLE = ("Identifier", "Grade", "Last modified (grade)")
_MOODLE_KEYS = ("Identifier", "ID number", "Username", "Email address", "Full name")
_COMMA = re.compile(r"\d+,\d+")
_DOT = re.compile(r"\d+\.\d+")
_LISTED = 20


def canvas(
    roster: tuple[str, bytes],
    grades: Mapping[str, Fraction],
    points: Fraction,
    *,
    title: str = "",
    column: str = "",
) -> str:
    """Return a Canvas gradebook with some students' grades in one assignment's column.

    A student is an id, an SIS id, a login or a whole name. The column is the one that is named, or
    that has the assignment's title. Raises `GradmarkError` with every student that does not match,
    for a column that does not exist, and where Canvas expects other points.
    """
    table = parse(*roster, _CANVAS)
    place = _canvas_column(table, column or title)
    students = []
    for row in range(1, len(table.rows)):
        first = table.value(row, 0)
        if first == "Points Possible":
            _same_points(table, row, place, points)
        elif first or table.value(row, 1):
            students.append(row)
    keys = [table.header.index(key) for key in _CANVAS_KEYS if key in table.header]
    return _filled(table, place, keys, students, grades)


def moodle(
    roster: tuple[str, bytes],
    grades: Mapping[str, Fraction],
    points: Fraction,
) -> str:
    """Return a Moodle grading worksheet with some students' grades.

    A student is an identifier (``Participant 12`` or 12), an id number, a username, an address or a
    whole name. Raises `GradmarkError` with every student that does not match, and for what Moodle
    would skip without a word: other points, a locked grade, a grade above the maximum.
    """
    table = parse(*roster, _MOODLE)
    place = table.header.index("Grade")
    keys = [table.header.index(key) for key in _MOODLE_KEYS if key in table.header]
    students = [row for row in range(1, len(table.rows)) if table.value(row, keys[0])]
    rows = _matched(table, keys, students, grades)
    trouble = []
    for student, row in rows.items():
        if "Maximum Grade" in table.header:
            _same_points(table, row, table.header.index("Maximum Grade"), points)
        if "Grade can be changed" in table.header:
            said = table.value(row, table.header.index("Grade can be changed"))
            if said.casefold() == "no":
                trouble.append(f"{student}: the grade in row {row + 1} can't be changed")
        if Fraction(decimal(grades[student])) > Fraction(decimal(points)):
            trouble.append(f"{student}: {decimal(grades[student])} is more than the maximum")
    if trouble:
        raise _mismatch(table, trouble, "Moodle would leave these out without a word")
    return _filled(table, place, keys, students, grades)


def _canvas_column(table: Table, wanted: str) -> int:
    first = table.header.index("Section") + 1
    found: dict[int, str] = {}
    for place, name in enumerate(table.header):
        if place >= first and (match := _ASSIGNMENT.fullmatch(name)):
            found[place] = match.group(1)
    fitting = [
        place
        for place, title in found.items()
        if _plain(wanted) in {_plain(title), _plain(table.header[place])}
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = [table.header[place] for place in found]
    number = "no column" if not fitting else f"{len(fitting)} columns"
    raise GradmarkError(
        "no-column",
        f"{table.name} has {number} {wanted!r}",
        cause="\n".join(names[:_LISTED]) or "it has no assignment, written as Title (12345)",
        hint=near(wanted, names) or "name the column with its number: --column 'Title (12345)'",
    )


def _same_points(table: Table, row: int, column: int, points: Fraction) -> None:
    said = table.value(row, column).replace(",", ".")
    try:
        expected = Fraction(said)
    except ValueError:
        return
    if decimal(expected) != decimal(points):
        raise GradmarkError(
            "other-points",
            f"{table.name} says {decimal(expected)} points, the assignment {decimal(points)}",
            cause=f"row {row + 1}",
            hint="make them equal there or in the assignment file: points are not converted",
        )


def _filled(
    table: Table,
    place: int,
    keys: Sequence[int],
    students: Sequence[int],
    grades: Mapping[str, Fraction],
) -> str:
    rows = _matched(table, keys, students, grades)
    trouble = []
    for student, row in rows.items():
        if len(table.rows[row]) <= place:
            trouble.append(f"{student}: row {row + 1} ends before the column of the grade")
        elif table.value(row, place).upper() == "EX":
            trouble.append(f"{student}: row {row + 1} is excused (EX)")
    if trouble:
        raise _mismatch(table, trouble, "nothing was written")
    comma = _decimal_comma(table)
    values = {}
    for student, row in rows.items():
        value = decimal(grades[student])
        values[row, place] = value.replace(".", ",") if comma else value
    return table.replaced(values)


def _matched(
    table: Table, keys: Sequence[int], students: Sequence[int], grades: Iterable[str]
) -> dict[str, int]:
    """Return each student's row, by the first kind of name that fits any."""
    out: dict[str, int] = {}
    trouble = []
    for student in grades:
        wanted = _plain(student)
        fitting: list[int] = []
        for key in keys:
            fitting = [row for row in students if wanted in _names(table.value(row, key))]
            if fitting:
                break
        if len(fitting) == 1:
            out[student] = fitting[0]
            continue
        where = ", ".join(str(row + 1) for row in fitting)
        trouble.append(f"{student}: rows {where}" if fitting else f"{student}: no row")
    twice: dict[int, list[str]] = {}
    for student, row in out.items():
        twice.setdefault(row, []).append(student)
    trouble += [f"{' and '.join(s)}: both are row {r + 1}" for r, s in twice.items() if len(s) > 1]
    if trouble:
        known = [table.value(row, key) for row in students for key in keys]
        missing = next((student for student in grades if f"{student}: no row" in trouble), "")
        hint = near(missing, [name for name in known if name]) if missing else ""
        raise _mismatch(table, trouble, hint or "nothing was written")
    return out


def _names(cell: str) -> set[str]:
    """Return how a student's cell may be said: Moodle's ``Participant 12`` also as 12."""
    prefix, _, number = cell.rpartition(" ")
    short = {number} if prefix and number.isdigit() and prefix.isalpha() else set()
    return {_plain(cell)} | short if cell else set()


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _decimal_comma(table: Table) -> bool:
    """Say how this file writes numbers; a file that shows none goes by its delimiter."""
    values = [cell.value.strip() for row in table.rows[1:] for cell in row]
    if table.delimiter == ",":
        return any(map(_COMMA.fullmatch, values)) and not any(map(_DOT.fullmatch, values))
    return any(map(_COMMA.fullmatch, values)) or not any(map(_DOT.fullmatch, values))


def _mismatch(table: Table, trouble: Sequence[str], hint: str) -> GradmarkError:
    listed = [*trouble[:_LISTED]]
    if len(trouble) > _LISTED:
        listed.append(f"and {len(trouble) - _LISTED} more")
    return GradmarkError(
        "roster-mismatch", f"{table.name} does not fit", cause="\n".join(listed), hint=hint
    )
