"""The exports by name: each turns a run into the text that another tool reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gradmark.errors import GradmarkError, near
from gradmark.grade import Grade
from gradmark.run import Run
from gradmark_reports.exports import (
    badge,
    classroom,
    ctrf,
    github,
    gradebook,
    gradescope,
    junit,
    markdown,
)
from gradmark_reports.exports.sheet import Sheet, make_sheet, refuse_without_grade


@dataclass(frozen=True, slots=True)
class Around:
    """What some formats need beside the run.

    ``committed`` is the date of the graded commit, ``roster`` a file's name and bytes, ``student``
    whom the run belongs to, ``column`` the roster's column where the title does not name it.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    committed: str = ""
    roster: tuple[str, bytes] | None = None
    student: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """One export: its name, what it is, and what it needs of `Around`."""

    name: str
    about: str
    make: Callable[[Sheet, Around], str]
    hidden: bool = False
    """Whether hidden groups are handed to it: it keeps them hidden by itself."""
    roster: bool = False
    commit: bool = False

    def render(self, run: Run, grade: Grade | None, around: Around | None = None) -> str:
        """Return the text. Raises `GradmarkError` for what the format can't say truthfully."""
        return self.make(make_sheet(run, grade, hidden=self.hidden), around or Around())


def _classroom50(sheet: Sheet, around: Around) -> str:
    return classroom.classroom50(sheet, around.environment, around.committed)


def _canvas(sheet: Sheet, around: Around) -> str:
    roster, grades, points = _graded(sheet, around, "Canvas")
    return gradebook.canvas(roster, grades, points, title=sheet.title, column=around.column)


def _moodle(sheet: Sheet, around: Around) -> str:
    return gradebook.moodle(*_graded(sheet, around, "Moodle"))


def _graded(
    sheet: Sheet, around: Around, name: str
) -> tuple[tuple[str, bytes], dict[str, Fraction], Fraction]:
    earned = refuse_without_grade(sheet, name)
    if around.roster is None or not around.student:
        raise GradmarkError(
            "no-roster",
            f"{name} needs the file that you downloaded, and whose run this is",
            hint="--roster FILE.csv --student NAME-OR-ID",
        )
    return around.roster, {around.student: earned}, sheet.points


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        Format("junit", "JUnit XML", lambda sheet, _: junit.render(sheet)),
        Format("ctrf", "CTRF, the common test report format", lambda sheet, _: ctrf.render(sheet)),
        Format(
            "gradescope",
            "Gradescope's results.json",
            lambda sheet, _: gradescope.render(sheet),
            hidden=True,
        ),
        Format("classroom50", "Classroom 50's result.json", _classroom50, commit=True),
        Format(
            "github-classroom",
            "the old GitHub Classroom's result=…, for $GITHUB_OUTPUT",
            lambda sheet, _: classroom.legacy(sheet),
        ),
        Format(
            "github-summary",
            "Markdown for $GITHUB_STEP_SUMMARY, under its size limit",
            lambda sheet, _: github.summary(sheet),
        ),
        Format(
            "github-annotations",
            "workflow commands for GitHub's log",
            lambda sheet, _: github.commands(sheet),
        ),
        Format("markdown", "Markdown", lambda sheet, _: markdown.render(sheet)),
        Format("badge", "an SVG badge", lambda sheet, _: badge.render(sheet)),
        Format(
            "canvas",
            "the gradebook downloaded from Canvas, one column filled",
            _canvas,
            hidden=True,
            roster=True,
        ),
        Format(
            "moodle",
            "the worksheet downloaded from Moodle, its grade filled",
            _moodle,
            hidden=True,
            roster=True,
        ),
    )
}


def format_named(name: str) -> Format:
    """Return an export. Raises `GradmarkError` with near matches."""
    if name not in FORMATS:
        raise GradmarkError(
            "unknown-format",
            f"there is no format {name!r}",
            hint=near(name, FORMATS) or f"one of {', '.join(FORMATS)}",
        )
    return FORMATS[name]
