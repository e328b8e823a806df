"""JUnit XML, as pytest writes it: one suite a group, the points as properties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from gradmark.assignment import text
from gradmark_reports import words
from gradmark_reports.exports.sheet import Line, Part, Sheet
from gradmark_reports.terminal import failure_text
from gradmark_reports.visible import visible_line

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_LIMIT = 1_000


def render(sheet: Sheet) -> str:
    """Return the document; a run without a grade has a test case ``grade`` that is an error."""
    root = ET.Element("testsuites", name="gradmark")
    when = _TIME.match(sheet.run.header.started)
    for part in sheet.parts:
        suite = _suite(root, part.name, part.lines, when.group() if when else "")
        properties = [("points", text(part.points)), ("bonus", "yes" if part.bonus else "no")]
        if part.earned is not None:
            properties.append(("earned", text(part.earned)))
        _properties(suite, properties)
        for line in part.lines:
            _case(suite, line, part)
    if sheet.earned is None:
        suite = ET.SubElement(root, "testsuite", name="grade", tests="1", errors="1", failures="0")
        suite.set("skipped", "0")
        case = ET.SubElement(suite, "testcase", classname="gradmark", name="grade", time="0.000")
        said = visible_line("; ".join(sheet.problems), _LIMIT)
        ET.SubElement(case, "error", message=f"no grade: {said}", type="ungraded")
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, lines: tuple[Line, ...], when: str) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", name=visible_line(name, _LIMIT))
    errors = sum(not line.graded for line in lines)
    suite.set("tests", str(len(lines)))
    suite.set("errors", str(errors))
    suite.set("failures", str(sum(line.graded and not line.holds for line in lines)))
    suite.set("skipped", "0")
    suite.set("time", f"{sum(_seconds(line) for line in lines):.3f}")
    if when:
        suite.set("timestamp", when)
    return suite


def _case(suite: ET.Element, line: Line, part: Part) -> None:
    chapter, _, slug = line.id.partition(".")
    case = ET.SubElement(suite, "testcase", classname=f"gradmark.{chapter}", name=slug)
    case.set("time", f"{_seconds(line):.3f}")
    properties = [
        ("title", visible_line(line.title, _LIMIT)),
        ("group", visible_line(part.name, _LIMIT)),
        ("verdict", line.verdict),
    ]
    if line.entry is not None:
        properties.append(("level", line.entry.level))
    if line.points is not None:
        properties.append(("points", text(line.points)))
    if line.earned is not None:
        properties.append(("earned", text(line.earned)))
    _properties(case, properties)
    if line.holds:
        return
    kind = "failure" if line.graded else "error"
    found = ET.SubElement(case, kind, type=line.verdict)
    if line.entry is None:
        found.set("message", "no verdict")
        return
    said = words.deviation(line.entry.verdict.detail) or line.entry.verdict.note or line.verdict
    found.set("message", visible_line(said, _LIMIT))
    found.text = failure_text(line.entry)


def _properties(parent: ET.Element, pairs: Iterable[tuple[str, str]]) -> None:
    holder = ET.SubElement(parent, "properties")
    for name, value in pairs:
        ET.SubElement(holder, "property", name=name, value=value)


def _seconds(line: Line) -> float:
    return line.entry.verdict.seconds if line.entry else 0.0
