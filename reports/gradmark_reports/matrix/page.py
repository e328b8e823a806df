"""The matrix as one page: counts for every reader, the cells in a packed block for its script."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from gradmark.errors import GradmarkError
from gradmark.verdict import Outcome
from gradmark_reports import overview, words
from gradmark_reports.matrix.table import (
    LETTERS,
    NAMES,
    NO_VERDICT,
    NOT_ASKED,
    SAYS_NOTHING,
    Chapter,
    Column,
    Matrix,
)
from gradmark_reports.visible import visible_line

if TYPE_CHECKING:
    from jinja2 import Environment

NAME_LIMIT = 60
LINE_LIMIT = 300
NARROW_FROM = 9
"""Columns from which a cell shows its letter alone; below it shows the word."""
MOST = 12
"""Behaviours that are listed one by one beside the matrix."""

CELLS = {
    **{letter: outcome.value for outcome, letter in LETTERS.items()},
    NOT_ASKED: "not asked",
    NO_VERDICT: "no verdict",
}


def render(matrix: Matrix) -> str:
    """Return the page; equal runs give equal pages. Raises `GradmarkError` without Jinja2."""
    environment = _environment()
    style, script = _resource("matrix.css"), _resource("matrix.js")
    columns = matrix.columns
    return environment.get_template("matrix.html.j2").render(
        matrix=matrix,
        columns=columns,
        outcomes=[o for o in Outcome if any(o in column.total.counts for column in columns)],
        unseen=any(column.total.waiting for column in columns),
        references=list(dict.fromkeys(words.reference_name(c.run.header) for c in columns)),
        walls=all((column.isolation or 0) >= words.PROOF_FROM for column in columns),
        rows=matrix.rows,
        contested=matrix.contested,
        nowhere=matrix.nowhere,
        narrow=len(columns) >= NARROW_FROM,
        seen=frozenset().union(*(row.cells for row in matrix.rows)),
        cells=packed(matrix),
        style=style,
        style_hash=_digest(style),
        script=script,
        script_hash=_digest(script),
    )


def packed(matrix: Matrix) -> str:
    """Return all behaviours for the page's script: JSON, deflated, in base 64.

    Thirty letters and a title a behaviour, three thousand times, would be most of the page.
    """
    data = {
        "words": CELLS,
        "silent": "".join(sorted(SAYS_NOTHING)),
        "runs": [_short(column) for column in matrix.columns],
        "chapters": {chapter.name: _fields(chapter) for chapter in matrix.chapters},
    }
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")


def _fields(chapter: Chapter) -> dict[str, list[str] | list[int] | tuple[int, ...]]:
    """Return a chapter field by field and run by run: like beside like packs best."""
    rows = chapter.rows
    return {
        "ranked": chapter.ranked,
        "slugs": [row.id.partition(".")[2] for row in rows],
        "titles": [visible_line(row.title, LINE_LIMIT) for row in rows],
        "levels": [row.level for row in rows],
        "holds": [row.holds for row in rows],
        "cells": ["".join(letters) for letters in zip(*(row.cells for row in rows), strict=True)],
    }


def _short(column: Column) -> str:
    return visible_line(column.short, NAME_LIMIT)


def share(tally: overview.Tally) -> str:
    """Return the class that draws a share: twentieths, empty for none of them, full for all."""
    if not tally.size:
        return "none"
    if tally.holds == tally.size:
        return "all"
    return f"s{max(1, 20 * tally.holds // tally.size)}" if tally.holds else "s0"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    try:
        import jinja2
    except ImportError:
        raise GradmarkError(
            "no-jinja",
            "Jinja2 is not installed, and the matrix's page needs it",
            hint="pip install 'gradmark[report]', or --to markdown",
        ) from None
    from markupsafe import Markup, escape

    def finalize(value: Any) -> Any:
        # Every {{ }} comes through here, so that no template can forget it.
        bare = isinstance(value, str) and not isinstance(value, Markup)
        return visible_line(value, LINE_LIMIT) if bare else value

    def breakable(name: str) -> Markup:
        return Markup("_<wbr>").join(escape(part) for part in name.split("_"))

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_resource),
        autoescape=True,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "own": Markup,
        "breakable": breakable,
        "short": _short,
        "name": lambda text: visible_line(text, NAME_LIMIT),
        "amount": words.amount,
        "percent": lambda pair: words.percent(*pair),
        "share": share,
        "minute": words.minute,
    }
    environment.globals |= {
        "Outcome": Outcome,
        "cell_words": CELLS,
        "counted": words.counted,
        "isolation": words.ISOLATION,
        "letters": LETTERS,
        "meanings": words.MEANINGS,
        "most": MOST,
        "names": NAMES,
        "proof_from": words.PROOF_FROM,
    }
    return environment


@cache
def _resource(name: str) -> str:
    return files("gradmark_reports.matrix").joinpath(name).read_text(encoding="utf-8")
