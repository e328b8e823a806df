"""A skin for pytest-html: the verdicts in its table, and its escaping repaired.

pytest-html writes test ids and metadata into its page as they are; both may hold a library's text.
"""

from __future__ import annotations

import html
import re
from fractions import Fraction
from typing import Any

import pytest

from gradmark.assignment import Assignment
from gradmark.grade import decimal, grade
from gradmark.journal import make_footer
from gradmark.run import Entry, Header, Run
from gradmark.verdict import Outcome
from gradmark_reports.audience import shown, unnamed
from gradmark_reports.exports.sheet import VISIBLE, visibilities
from gradmark_reports.points import grade_lines
from gradmark_reports.terminal import failure_text
from gradmark_reports.visible import visible_line
from pytest_gradmark.collector import ROOT, SEARCH
from pytest_gradmark.words import undress

_HEADINGS = frozenset({"program", "traceback", "output", "what it usually means"})
_SIDES = re.compile(r" *expected +(\| observed)? *| *observed *")


def add_metadata(config: pytest.Config, header: Header) -> None:
    """Put the run's terms into pytest-html's table of the environment, and escape all of it."""
    from pytest_metadata.plugin import metadata_key  # type: ignore[import-untyped]

    metadata = config.stash[metadata_key]
    for key, value in list(metadata.items()):
        metadata[key] = _escaped(value)
    about, reference = header.backend, header.reference
    metadata["Gradmark backend"] = _escaped(f"{about['name']} {about['version']}".strip())
    metadata["Gradmark reference"] = _escaped(f"{reference['name']} {reference['version']}")
    metadata["Gradmark profile"] = _escaped(header.profile)


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return html.escape(visible_line(value))
    if isinstance(value, dict):
        return {_escaped(k): _escaped(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_escaped(item) for item in value]
    return value


class Skin:
    """The hooks of pytest-html. Behaviours of hidden groups have no row: students read the page."""

    def __init__(self, header: Header) -> None:
        """Prepare the columns for a run on these terms."""
        self._header = header
        graded = Assignment.from_json(header.assignment) if header.assignment else None
        groups = graded.groups if graded else ()
        self._worth = graded.worth if graded else {}
        levels = visibilities(groups)
        self._group = {identity: group for group in groups for identity in group.behaviours}
        self._hidden = any(level != VISIBLE for level in levels.values())
        self._seen = {i for i, group in self._group.items() if levels[group.name] == VISIBLE}
        self._entries: dict[str, Entry] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Add the columns of a behaviour."""
        cells.insert(2, '<th class="sortable" data-column-type="chapter">Chapter</th>')
        cells.insert(3, '<th class="sortable" data-column-type="verdict">Verdict</th>')
        cells.insert(4, '<th class="sortable" data-column-type="points">Points</th>')

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        """Fill them, and write the test's id as text."""
        entry = undress(report)
        if entry is not None:
            self._entries[entry.id] = entry
        if self._withheld(report.nodeid):
            cells.clear()
            return
        identity = html.escape(visible_line(report.nodeid))
        if len(cells) > 1:
            cells[1] = f'<td class="col-testId">{identity}</td>'
        chapter, verdict = (entry.chapter, entry.outcome.value) if entry else ("", "")
        cells.insert(2, f'<td class="col-chapter">{html.escape(chapter)}</td>')
        cells.insert(3, f'<td class="col-verdict">{html.escape(verdict)}</td>')
        cells.insert(4, f'<td class="col-points">{html.escape(self._points(entry))}</td>')

    def _withheld(self, nodeid: str) -> bool:
        """Say whether a test is a hidden behaviour; its setup and teardown carry no entry."""
        root, _, rest = nodeid.partition("::")
        chapter, _, name = rest.partition("::")
        if not self._hidden or root != ROOT or not name or chapter == SEARCH:
            return False
        return f"{chapter}.{name}" not in self._seen

    def _points(self, entry: Entry | None) -> str:
        """Return what a behaviour brings of its points, or the group that decides as a whole."""
        group = self._group.get(entry.id) if entry else None
        if entry is None or group is None:
            return ""
        if group.rule == "min":
            return f"with {visible_line(group.name, 60)}"
        missed = entry.outcome is Outcome.LENIENT and not entry.holds
        share = Fraction(0) if missed else self._worth.get(entry.outcome, Fraction(0))
        return f"{decimal(group.share * share)} of {decimal(group.share)}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: Any, data: list[str]) -> None:
        """Show of a deviation what the terminal shows: the rule, expected beside observed, why."""
        entry = undress(report)
        if entry is not None and not entry.holds:
            shown = unnamed(entry, self._seen) if self._hidden else entry
            data[:] = [_panel(failure_text(shown))]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the points above the table, those of the visible groups where others are hidden."""
        if not self._header.assignment:
            return
        entries = tuple(self._entries.values())
        run = Run(self._header, entries, make_footer(entries, 0.0))
        seen = shown(run) if self._hidden else None
        found = seen.grade if seen else grade(run)
        lines = grade_lines(found) if found else []
        lines += ["  hidden groups are left out, and so is the total"] if seen else []
        prefix.append(f"<pre>{html.escape(chr(10).join(lines))}</pre>")


def _panel(text: str) -> str:
    """Write what the terminal shows, with its headings and the line that deviates set apart.

    pytest-html puts it into a block of its own that keeps spaces and lines, and no block fits
    into that one.
    """
    first, *rest = (html.escape(line) for line in text.split("\n"))
    return "\n".join([f"<b>{first}</b>", *map(_line, rest)])


def _line(line: str) -> str:
    if line in _HEADINGS or _SIDES.fullmatch(line):
        return f"<b>{line}</b>"
    return f"<mark>{line}</mark>" if line.startswith("&gt; ") else line
