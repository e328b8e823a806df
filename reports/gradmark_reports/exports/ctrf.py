"""CTRF, the common test report format: a test a behaviour, the points as extensions."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from gradmark.assignment import text
from gradmark.host import gradmark_version
from gradmark_reports import words
from gradmark_reports.exports.sheet import Line, Part, Sheet
from gradmark_reports.terminal import failure_text
from gradmark_reports.visible import visible, visible_line

SPEC_VERSION = "1.0.0"
_STATES = ("passed", "failed", "skipped", "pending", "other")
_LIMIT = 1_000


def render(sheet: Sheet) -> str:
    """Return the report; without a grade it has a test ``grade`` of the status ``other``."""
    tests = [_test(line, part) for part in sheet.parts for line in part.lines]
    extra: dict[str, Any] = {"gradmark.points": text(sheet.points)}
    if sheet.withheld:
        extra["gradmark.withheld"] = True
    if sheet.earned is None:
        said = "; ".join(sheet.problems)
        extra["gradmark.problems"] = [visible_line(problem, _LIMIT) for problem in sheet.problems]
        tests.append(
            {
                "name": "grade",
                "status": "other",
                "rawStatus": "ungraded",
                "duration": 0,
                "message": visible_line(f"no grade: {said}", _LIMIT),
            }
        )
    else:
        extra["gradmark.earned"] = text(sheet.earned)
    start = _milliseconds(sheet.run.header.started)
    seconds = sheet.run.footer.seconds if sheet.run.footer else 0.0
    summary = {"tests": len(tests)}
    summary |= {state: sum(test["status"] == state for test in tests) for state in _STATES}
    summary |= {"start": start, "stop": start + round(1000 * seconds)}
    document = {
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "results": {
            "tool": {"name": "gradmark", "version": gradmark_version()},
            "summary": summary,
            "tests": tests,
            "extra": extra,
        },
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _test(line: Line, part: Part) -> dict[str, Any]:
    entry = line.entry
    test: dict[str, Any] = {
        "name": visible_line(line.title, _LIMIT),
        "status": "passed" if line.holds else "failed" if line.graded else "other",
        "duration": round(1000 * entry.verdict.seconds) if entry else 0,
        "suite": [visible_line(part.name, _LIMIT)],
        "rawStatus": line.verdict,
    }
    if entry is not None and not line.holds:
        detail = entry.verdict.detail
        said = words.deviation(detail) or entry.verdict.note or line.verdict
        test["message"] = visible_line(said, _LIMIT)
        test["trace"] = failure_text(entry)
        if detail.output:
            test["stdout"] = visible(detail.output, _LIMIT, tail=True).splitlines()
    extra = {"gradmark.id": line.id}
    if entry is not None:
        extra["gradmark.level"] = entry.level
    if line.points is not None:
        extra["gradmark.points"] = text(line.points)
    if line.earned is not None:
        extra["gradmark.earned"] = text(line.earned)
    return {**test, "extra": extra}


def _milliseconds(started: str) -> int:
    try:
        when = datetime.strptime(started, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return 0
    return max(0, round(1000 * when.timestamp()))
