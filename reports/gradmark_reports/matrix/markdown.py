"""The matrix as Markdown: the runs, the counts by chapter, and where the runs differ most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradmark_reports import words
from gradmark_reports.exports.markdown import text
from gradmark_reports.matrix.table import NAMES, Column, Matrix, Row
from gradmark_reports.overview import Tally

NAME_LIMIT = 60
MOST = 10
"""Behaviours that are listed one by one."""


def render(matrix: Matrix) -> str:
    """Return the text; names of libraries make no link, no table and no HTML in it."""
    return "\n".join(_lines(matrix)) + "\n"


def _lines(matrix: Matrix) -> Iterator[str]:
    rows, columns = matrix.rows, matrix.columns
    yield f"## {words.amount(len(columns), 'run')}, {words.amount(len(rows), 'behaviour')}"
    yield ""
    for note in matrix.notes:
        yield f"> {text(note, 400)}"
        yield ""
    yield "| run | musts | all behaviours | profile | isolation | spec | started | |"
    yield "|---|---:|---:|---|---:|---|---|---|"
    yield from (_run(column) for column in columns)
    yield ""
    yield f"| chapter | {' | '.join(text(column.short, NAME_LIMIT) for column in columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for chapter in matrix.chapters:
        cells = " | ".join(_count(tally) for tally in chapter.tallies)
        yield f"| {text(chapter.title)} | {cells} |"
    yield f"| **all** | {' | '.join(_count(column.total) for column in columns)} |"
    contested = matrix.contested
    if not contested:
        return
    yield ""
    yield "### Where the runs differ most"
    yield ""
    for row in contested[:MOST]:
        yield _difference(matrix, row)
    if len(contested) > MOST:
        yield f"- and {words.amount(len(contested) - MOST, 'more behaviour')}"


def _run(column: Column) -> str:
    header, score = column.run.header, column.score
    name = text(column.name, NAME_LIMIT) + (f" ({text(column.label, 60)})" if column.label else "")
    musts = f"{score[0]} of {score[1]}" if score else "no score"
    isolation = "?" if column.isolation is None else str(column.isolation)
    facts = (
        text(header.profile),
        isolation,
        text(header.spec),
        text(words.minute(header.started), 40),
    )
    notes = "; ".join(text(note) for note in column.notes)
    return f"| {name} | {musts} | {_count(column.total)} | {' | '.join(facts)} | {notes} |"


def _count(tally: Tally) -> str:
    return f"{tally.holds}/{tally.size}" if tally.size else "–"


def _difference(matrix: Matrix, row: Row) -> str:
    parts = [
        f"{outcome.value}: {_named(columns)}" for outcome, columns in matrix.by_outcome(row).items()
    ]
    return f"- `{row.id}` {text(row.title)} ({'; '.join(parts)})"


def _named(columns: Sequence[Column]) -> str:
    names = ", ".join(text(column.short, NAME_LIMIT) for column in columns[:NAMES])
    left = len(columns) - NAMES
    return f"{names} and {left} more" if left > 0 else names
