"""The matrix as one table for a document: a library a line, what is wrong apart from what lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gradmark.verdict import Outcome
from gradmark_reports.exports.markdown import text
from gradmark_reports.matrix.table import Column, Matrix
from gradmark_reports.words import minute

NAME_LIMIT = 60
WRONG = (Outcome.FAIL, Outcome.ERROR)
LOST = (Outcome.TIMEOUT, Outcome.CRASH, Outcome.MEMORY, Outcome.PROTOCOL)
WAYS = {"attribute": "`.grad`", "returned": "returned", "transform": "a transform"}


def render(matrix: Matrix) -> str:
    """Return the table; names of libraries make no link, no table and no HTML in it."""
    return "\n".join(_lines(matrix)) + "\n"


def _lines(matrix: Matrix) -> Iterator[str]:
    yield (
        "| library | gradients by | profile | musts that hold | wrong | lost | missing | blocked "
        "| Python | asked on |"
    )
    yield "|---|---|---|---:|---:|---:|---:|---:|---|---|"
    yield from (_line(column) for column in matrix.columns)


def _line(column: Column) -> str:
    run, score = column.run, column.score
    about, counted = run.header.backend, Counter(entry.outcome for entry in run.entries)
    cells = (
        text(column.name, NAME_LIMIT) + (f" ({text(column.label, 60)})" if column.label else ""),
        WAYS.get(about.get("delivery", "attribute"), "?"),
        text(run.header.profile),
        f"{score[0]} of {score[1]}" if score else "no score",
        str(sum(counted[outcome] for outcome in WRONG)),
        str(sum(counted[outcome] for outcome in LOST)),
        str(counted[Outcome.MISSING]),
        str(counted[Outcome.BLOCKED]),
        text(about.get("python", "")),
        text(minute(run.header.started)[:10], 40),
    )
    return f"| {' | '.join(cells)} |"
