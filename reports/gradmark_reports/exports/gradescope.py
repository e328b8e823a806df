"""Gradescope's ``results.json``: a test a behaviour, each with its group's visibility."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from gradmark_reports import words
from gradmark_reports.amounts import digits_for, settle, written
from gradmark_reports.exports.sheet import Line, Part, Sheet, refuse_without_grade
from gradmark_reports.terminal import failure_text
from gradmark_reports.visible import visible_line

_OUTPUT = 20_000
"""Characters of one test's output."""
_NAME = 300


def render(sheet: Sheet) -> str:
    """Return the results of a sheet with its hidden groups.

    There is no ``score`` at the top: Gradescope adds the tests up, and keeps the sum from students
    where a test is hidden. A bonus is worth more than its ``max_score`` of 0. Raises
    `GradmarkError` for a run without a grade: a missing file is an error there, an empty one a 0.
    """
    refuse_without_grade(sheet, "Gradescope")
    tests: list[dict[str, Any]] = []
    pairs: list[tuple[Fraction, Fraction]] = []
    for number, part in enumerate(sheet.parts, 1):
        if part.whole:
            tests.append(_whole(part, number))
            pairs.append((part.earned or Fraction(0), part.points))
            continue
        for place, line in enumerate(part.lines, 1):
            tests.append(_test(line, part, f"{number}.{place}"))
            pairs.append((line.earned or Fraction(0), line.points or Fraction(0)))
    bonus = [part.bonus for part in sheet.parts for _ in range(_rows(part))]
    scale = 10 ** digits_for([value for pair in pairs for value in pair])
    amounts = settle(pairs, scale, bonus)
    for test, earned, of, extra in zip(tests, amounts.earned, amounts.points, bonus, strict=True):
        test["score"] = written(earned, amounts.scale)
        test["max_score"] = 0 if extra else written(of, amounts.scale)
    document = {
        "execution_time": round(sheet.run.footer.seconds if sheet.run.footer else 0.0),
        "output": _heading(sheet),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "tests": tests,
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _rows(part: Part) -> int:
    return 1 if part.whole else len(part.lines)


def _heading(sheet: Sheet) -> str:
    header = sheet.run.header
    lines = (
        sheet.title,
        f"{words.backend_name(header)} against {words.reference_name(header)}",
    )
    return "\n".join(visible_line(line, _NAME) for line in lines)


def _test(line: Line, part: Part, number: str) -> dict[str, Any]:
    return {
        "name": visible_line(f"{part.name}: {line.title}", _NAME),
        "number": number,
        "status": "passed" if line.holds else "failed",
        "output": _said(line),
        "visibility": part.visibility,
        "tags": [line.verdict],
    }


def _said(line: Line) -> str:
    if line.entry is None or line.holds:
        return ""
    said = failure_text(line.entry)
    return said if len(said) <= _OUTPUT else said[:_OUTPUT] + "\n… (cut)"


def _whole(part: Part, number: int) -> dict[str, Any]:
    open_ = [line for line in part.lines if not line.holds]
    said = ["All of this has to hold."]
    said += [visible_line(f"{line.verdict}: {line.title}", _NAME) for line in open_]
    said += [f"\n{_said(line)}" for line in open_[:5]]
    text = "\n".join(said)
    return {
        "name": visible_line(part.name, _NAME),
        "number": str(number),
        "status": "failed" if open_ else "passed",
        "output": text if len(text) <= 5 * _OUTPUT else text[: 5 * _OUTPUT] + "\n… (cut)",
        "visibility": part.visibility,
        "tags": ["all-or-nothing"],
    }
