"""Markdown: the grade, a table of the groups, and each failure folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from html import escape

from gradmark.grade import decimal
from gradmark.run import Entry
from gradmark_reports import words
from gradmark_reports.amounts import settle
from gradmark_reports.exports.sheet import Part, Sheet
from gradmark_reports.terminal import failure_text
from gradmark_reports.visible import visible_line

_SPECIAL = re.compile(r"[\\`*_{}\[\]#+!~$]")
_NAME = 200
_MOST_GROUPS = 200
_ROOM_FOR_THE_REST = 200
"""Bytes kept free for the sentence that says what was left out."""


def render(sheet: Sheet, limit: int | None = None) -> str:
    """Return the text; with a limit, as many failures as fit into so many bytes, and how many not.

    Names and texts of a library come out as they are: they make no link, no table, no HTML.
    """
    head = "\n".join(_head(sheet)) + "\n"
    out, used = [head], len(head.encode("utf-8"))
    failures = sheet.failures
    for number, entry in enumerate(failures):
        said = _failure(entry)
        size = len(said.encode("utf-8"))
        if limit is not None and used + size > limit - _ROOM_FOR_THE_REST:
            left = words.amount(len(failures) - number, "more behaviour")
            out.append(f"\n{left} did not hold: the report has them all.\n")
            break
        out.append(said)
        used += size
    return "".join(out)


def text(said: str, limit: int = _NAME) -> str:
    """Return one line that Markdown shows as it is."""
    line = _SPECIAL.sub(r"\\\g<0>", visible_line(said, limit))
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "&#124;")):
        line = line.replace(character, entity)
    line = re.sub(r"(?i)(www)\.", r"\1&#46;", line)  # these three would become links
    return line.replace("@", "&#64;").replace("://", "&#58;//")


def total(sheet: Sheet) -> str:
    """Return the points in a few words, or that there is no grade."""
    if sheet.earned is None:
        return "no grade"
    if sheet.withheld and not sheet.parts:
        return "points are not shown"
    noun = "points" if sheet.assigned else "musts"
    said = f"{decimal(sheet.earned)} of {decimal(sheet.points)} {noun}"
    if sheet.withheld:
        return f"{said} in the visible groups"
    share = f"{decimal(100 * sheet.earned / sheet.points, 1)} %" if sheet.points else ""
    mark = {True: "passed", False: "not passed", None: ""}[sheet.passed]
    about = ", ".join(part for part in (share, mark) if part)
    return f"{said} ({about})" if about else said


def _head(sheet: Sheet) -> Iterator[str]:
    header = sheet.run.header
    backend, reference = words.backend_name(header), words.reference_name(header)
    yield f"## {text(sheet.title)}: {total(sheet)}"
    yield ""
    yield f"{text(backend)} against {text(reference)}, profile {text(header.profile)}"
    if sheet.withheld:
        yield ""
        yield "Other groups count too. They are not shown here, and neither is the whole grade."
    for problem in sheet.problems:
        yield f"- {text(problem, 1_000)}"
    if not sheet.parts:
        return
    noun = "points" if sheet.assigned else "musts"
    yield ""
    yield f"| group | {noun} | behaviours | |"
    yield "|---|---:|---:|---|"
    shown = sheet.parts[:_MOST_GROUPS]
    pairs = [(part.earned or Fraction(0), part.points) for part in sheet.parts]
    amounts = settle(pairs, 100, [part.bonus for part in sheet.parts])
    for part, earned, of in zip(shown, amounts.earned, amounts.points, strict=False):
        yield _row(part, Fraction(earned, 100), Fraction(of, 100))
    if len(shown) < len(sheet.parts):
        yield f"| {len(sheet.parts) - len(shown)} more groups | | | |"
    yield ""


def _row(part: Part, earned: Fraction, of: Fraction) -> str:
    got = "?" if part.earned is None else decimal(earned)
    holds = sum(line.holds for line in part.lines)
    about = ["all or nothing"] * part.whole + ["bonus"] * part.bonus
    if part.waits_for:
        about.append(f"nothing before {text(part.waits_for, 60)} holds")
    points = f"{got} of {decimal(of)}"
    return f"| {text(part.name)} | {points} | {holds} of {len(part.lines)} | {', '.join(about)} |"


def _failure(entry: Entry) -> str:
    glyph = words.GLYPHS[entry.outcome]
    title = escape(visible_line(entry.title, _NAME)).replace("@", "&#64;")
    summary = f"<summary>{glyph} {entry.outcome.value}: {title}</summary>"
    body = escape(failure_text(entry)).replace("@", "&#64;")
    return f"\n<details>{summary}\n<pre>\n{body}\n</pre>\n</details>\n"
