"""A skin for pytest-html: the verdicts in its table, and its escaping repaired.

pytest-html writes test ids and metadata into its page as they are; both may hold a library's text.
"""

from __future__ import annotations

import html
from typing import Any

import pytest

from gradmark.run import Header
from gradmark_reports.visible import visible, visible_line
from pytest_gradmark.words import undress


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
    """The hooks of pytest-html."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Add the columns of a behaviour."""
        cells.insert(2, '<th class="sortable" data-column-type="chapter">Chapter</th>')
        cells.insert(3, '<th class="sortable" data-column-type="verdict">Verdict</th>')

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        """Fill them, and write the test's id as text."""
        entry = undress(report)
        identity = html.escape(visible_line(report.nodeid))
        if len(cells) > 1:
            cells[1] = f'<td class="col-testId">{identity}</td>'
        chapter, verdict = (entry.chapter, entry.outcome.value) if entry else ("", "")
        cells.insert(2, f'<td class="col-chapter">{html.escape(chapter)}</td>')
        cells.insert(3, f'<td class="col-verdict">{html.escape(verdict)}</td>')

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: Any, data: list[str]) -> None:
        """Show a deviation as the terminal does, with expected beside observed on top."""
        entry = undress(report)
        if entry is None or entry.holds:
            return
        detail = entry.verdict.detail
        rows = "".join(
            f"<tr><th>{name}</th><td><pre>{html.escape(visible(text))}</pre></td></tr>"
            for name, text in (("expected", detail.expected), ("observed", detail.observed))
            if text
        )
        table = f"<p>{html.escape(visible_line(entry.title))}</p><table>{rows}</table>"
        data[:] = [table, f'<div class="log">{html.escape(report.longreprtext)}</div>']
