"""The page of one run: self-contained, without scripts, and safe whatever a library said."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradmark.errors import GradmarkError
from gradmark.journal import Entry, Run
from gradmark.verdict import Outcome
from gradmark_reports import overview, words
from gradmark_reports.elements import rows
from gradmark_reports.visible import visible, visible_line

if TYPE_CHECKING:
    from jinja2 import Environment

SCRIPT_LINES = 400
NAME_LIMIT = 120
LINE_LIMIT = 1_000
"""Characters of a text that stands on one line; a block may have `visible.LIMIT`."""

_ANCHOR = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


def write(run: Run, path: Path) -> None:
    """Write the page. Raises `GradmarkError` where it can't be written, or Jinja2 is missing."""
    page = render(run)
    try:
        path.write_bytes(page.encode("utf-8"))
    except OSError as error:
        raise GradmarkError(
            "unwritable-output",
            f"{path} can't be written",
            cause=str(error),
            hint="another folder: --out=DIR or --gradmark-report=DIR",
        ) from None


def render(run: Run) -> str:
    """Return the page of a run; equal runs give equal pages.

    Raises `GradmarkError` where Jinja2 is missing.
    """
    style = _resource("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    roots = overview.fix_first(run)
    return _environment().get_template("page.html.j2").render(
        run=run,
        header=run.header,
        style=style,
        style_hash=digest,
        backend=words.backend_name(run.header),
        reference=words.reference_name(run.header),
        headline=overview.headline(run),
        groups=overview.groups(run),
        chapters=overview.chapters(run),
        outcomes=[o for o in Outcome if any(e.outcome is o for e in run.entries)],
        roots=roots,
        linked={root.id for root in roots} | {e.id for e in run.entries},
        lenient=overview.with_outcome(run, Outcome.LENIENT),
        ungraded=overview.with_outcome(run, Outcome.UNGRADED),
        passes=overview.with_outcome(run, Outcome.PASS),
        unseen=overview.without_verdict(run),
    )  # fmt: skip


@cache
def _environment() -> Environment:
    try:
        import jinja2
    except ImportError:
        raise GradmarkError(
            "no-jinja",
            "Jinja2 is not installed, and the HTML report needs it",
            hint="pip install 'gradmark[report]'",
        ) from None
    from markupsafe import Markup, escape

    def finalize(value: Any) -> Any:
        # Every {{ }} comes through here, so that no template can forget it.
        bare = isinstance(value, str) and not isinstance(value, Markup)
        return visible_line(value, LINE_LIMIT) if bare else value

    def text(value: str, *, tail: bool = False) -> Markup:
        return escape(visible(value.rstrip(), tail=tail))

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
        "text": text,
        "style": Markup,
        "anchor": anchor,
        "percent": lambda pair: words.percent(*pair),
        "amount": words.amount,
        "short": lambda value: escape(visible_line(value, NAME_LIMIT)),
    }
    environment.globals |= {
        "Outcome": Outcome,
        "glyphs": words.GLYPHS,
        "meanings": words.MEANINGS,
        "isolation": words.ISOLATION,
        "proof_from": words.PROOF_FROM,
        "counted": words.counted,
        "deviation": words.deviation,
        "errors": words.errors,
        "first_index": words.first_index,
        "rows": rows,
        "bar": bar,
        "script_lines": SCRIPT_LINES,
        "last_line": _last_line,
    }
    return environment


def anchor(identity: str) -> str:
    """Return what a link to a behaviour ends in: its id, unless that is none."""
    if _ANCHOR.fullmatch(identity):
        return identity
    return f"b-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def bar(tally: overview.Tally) -> list[tuple[str, str, str]]:
    """Return the segments of a bar a hundred wide: outcome, where it begins, how wide it is."""
    at, out = 0.0, []
    for outcome, number in tally.counts.items():
        width = 100 * number / max(1, tally.size)
        out.append((outcome.value, f"{at:.2f}", f"{width:.2f}"))
        at += width
    return out


def _last_line(entry: Entry) -> str:
    detail = entry.verdict.detail
    return ": ".join(part for part in (detail.error, detail.message) if part)


@cache
def _resource(name: str) -> str:
    return files("gradmark_reports.html").joinpath(name).read_text(encoding="utf-8")
