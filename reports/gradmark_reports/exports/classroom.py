"""What GitHub's classrooms collect: Classroom 50's result, and the output of its predecessor."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gradmark.assignment import text
from gradmark.errors import GradmarkError
from gradmark.grade import rounded
from gradmark_reports.amounts import Amounts, settle
from gradmark_reports.exports.sheet import Part, Sheet, refuse_hidden, refuse_without_grade
from gradmark_reports.visible import visible_line

_VARIABLES = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "assignment_type": "MODE",
    "owner": "USERNAME",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NAME = 200


def classroom50(sheet: Sheet, environment: Mapping[str, str], committed: str) -> str:
    """Return ``result.json``: a test a group, in whole points.

    A bonus makes up for lost points and no more, because the collector refuses a score above its
    maximum. Raises `GradmarkError` for a run without a grade, for hidden groups, and outside
    Classroom 50's workflow.
    """
    amounts = _settled(sheet, "Classroom 50", limited=True)
    absent = [variable for variable in _VARIABLES.values() if not environment.get(variable)]
    if absent:
        raise _outside(f"{', '.join(absent)} not set")
    said = {key: environment[variable] for key, variable in _VARIABLES.items()}
    if said["assignment_type"] not in {"individual", "group"}:
        raise _outside("MODE is neither individual nor group")
    if not said["submission"].startswith("submit/"):
        raise _outside("SUBMISSION_TAG does not start with submit/")
    if not _WHEN.fullmatch(committed):
        raise _outside("the date of the commit is not known: is this a git repository?")
    document = {
        "schema": "classroom50/result/v1",
        **{key: visible_line(value, _NAME * 5) for key, value in said.items()},
        "datetime": committed,
        "score": sum(amounts.earned),
        "max-score": rounded(sheet.points),
        "tests": [
            {
                "test-name": visible_line(part.name, _NAME),
                "passed": all(line.holds for line in part.lines),
                "score": earned,
                "max-score": of,
                "points": f"{text(part.earned or Fraction(0))} of {text(part.points)}",
            }
            for part, earned, of in zip(sheet.parts, amounts.earned, amounts.points, strict=True)
        ],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def legacy(sheet: Sheet) -> str:
    """Return the line ``result=…`` for ``$GITHUB_OUTPUT``, from which the old reporter sums up.

    Raises `GradmarkError` for a run without a grade and for hidden groups.
    """
    amounts = _settled(sheet, "GitHub Classroom")
    tests = [
        _legacy_test(part, earned, number)
        for number, (part, earned) in enumerate(zip(sheet.parts, amounts.earned, strict=True))
    ]
    document = {
        "version": 1,
        "status": "pass" if all(test["status"] == "pass" for test in tests) else "fail",
        "max_score": rounded(sheet.points),
        "tests": tests,
    }
    packed = json.dumps(document, allow_nan=False).encode("ascii")
    return f"result={base64.b64encode(packed).decode('ascii')}\n"


def _legacy_test(part: Part, earned: int, number: int) -> dict[str, Any]:
    holds = sum(line.holds for line in part.lines)
    test: dict[str, Any] = {
        "name": visible_line(part.name, _NAME),
        "status": "pass" if holds == len(part.lines) else "fail",
        "test_code": "",
        "task_id": number,
        "filename": "",
        "line_no": 0,
        "duration": round(sum(e.verdict.seconds for x in part.lines if (e := x.entry)), 3),
        "score": earned,
    }
    if holds < len(part.lines):
        test["message"] = f"{holds} of {len(part.lines)} behaviours hold"
    return test


def _settled(sheet: Sheet, name: str, *, limited: bool = False) -> Amounts:
    refuse_hidden(sheet, name)
    refuse_without_grade(sheet, name)
    pairs = [(part.earned or Fraction(0), part.points) for part in sheet.parts]
    bonus = [part.bonus for part in sheet.parts]
    return settle(pairs, bonus=bonus, most=rounded(sheet.points) if limited else None)


def _outside(cause: str) -> GradmarkError:
    return GradmarkError(
        "no-classroom",
        "this is not Classroom 50's workflow, which says whose result it is",
        cause=cause,
        hint="call it from the assignment's grading script",
    )
