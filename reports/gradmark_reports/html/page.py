"""The page of one run: self-contained, readable without scripts, safe whatever a library said."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradmark.errors import GradmarkError
from gradmark.run import Entry, Run
from gradmark.verdict import Outcome
from gradmark_reports import overview, words
from gradmark_reports.absent import advice
from gradmark_reports.audience import Shown, only, shown
from gradmark_reports.comparison import compare
from gradmark_reports.elements import rows
from gradmark_reports.html.drawing import drawn
from gradmark_reports.visible import visible, visible_line

if TYPE_CHECKING:
    from jinja2 import Environment

SCRIPT_LINES = 400
NAME_LIMIT = 120
LINE_LIMIT = 1_000
"""Characters of a text that stands on one line; a block may have `visible.LIMIT`."""

_TORCH = re.compile(r"\btorch\.")
_NUMBER = re.compile(r"[-+.0-9A-Za-z]{1,40}")
_ANCHOR = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


def write(run: Run, path: Path, *, teacher: bool = False, before: Run | None = None) -> None:
    """Write the page. Raises `GradmarkError` where it can't be written, or Jinja2 is missing."""
    page = render(run, teacher=teacher, before=before)
    try:
        path.write_bytes(page.encode("utf-8"))
    except OSError as error:
        raise GradmarkError(
            "unwritable-output",
            f"{path} can't be written",
            cause=str(error),
            hint="another folder: --out=DIR or --gradmark-report=DIR",
        ) from None


def render(run: Run, *, teacher: bool = False, before: Run | None = None) -> str:
    """Return the page of a run; equal runs give equal pages.

    What students are not to see is left out, unless the page is for a ``teacher``. With a run from
    ``before`` it says what was fixed and what broke. Raises `GradmarkError` where Jinja2 is
    missing.
    """
    environment = _environment()
    from gradmark_reports.html.glossed import Glossed
    from gradmark_reports.html.grading import total, worth

    seen = _seen(run, teacher=teacher)
    run = seen.run
    style, script = _resource("style.css") + _resource("panel.css"), _resource("report.js")
    roots, blocked = overview.fix_first(run), overview.with_outcome(run, Outcome.BLOCKED)
    compared = None
    if before is not None:
        earlier = _seen(before, teacher=teacher).run
        ids = {e.id for e in run.entries}
        compared = compare(only(earlier, ids) if seen.withheld else earlier, run)
    return environment.get_template("page.html.j2").render(
        run=run,
        header=run.header,
        style=style,
        style_hash=_digest(style),
        script=script,
        script_hash=_digest(script),
        seen=seen,
        teacher=teacher,
        grade=total(seen),
        worth=worth(seen),
        compared=compared,
        changes=compared.kinds if compared else {},
        backend=words.short_name(run.header),
        reference=words.reference_name(run.header),
        headline=overview.headline(run),
        groups=overview.groups(run),
        chapters=overview.chapters(run),
        titles=dict(run.header.chapters),
        outcomes=[o for o in Outcome if any(e.outcome is o for e in run.entries)],
        levels=[level for level in overview.LEVELS if any(e.level == level for e in run.entries)],
        roots=roots,
        linked={root.id for root in roots} | {e.id for e in run.entries},
        blocked=blocked,
        untold=[e for e in blocked if not e.verdict.root],
        lenient=overview.with_outcome(run, Outcome.LENIENT),
        ungraded=overview.with_outcome(run, Outcome.UNGRADED),
        passes=overview.with_outcome(run, Outcome.PASS),
        unseen=overview.without_verdict(run),
        glossed=Glossed(),
    )


def _seen(run: Run, *, teacher: bool) -> Shown:
    try:
        return shown(run, teacher=teacher)
    except ValueError as error:
        raise GradmarkError(
            "broken-journal",
            "the assignment in the journal can't be read",
            cause=str(error),
            hint="run the backend again",
        ) from None


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


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

    def cell(value: str) -> Any:
        # A number needs no isolation from its neighbours, and there are very many.
        return (
            value if _NUMBER.fullmatch(value) else Markup("<bdi>{}</bdi>").format(finalize(value))
        )

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
        "own": Markup,
        "anchor": anchor,
        "percent": lambda pair: words.percent(*pair),
        "amount": words.amount,
        "minute": words.minute,
        "cell": cell,
        "short": lambda value: escape(visible_line(value, NAME_LIMIT)),
    }
    environment.globals |= {
        "Outcome": Outcome,
        "glyphs": words.GLYPHS,
        "meanings": words.MEANINGS,
        "isolation": words.ISOLATION,
        "proof_from": words.PROOF_FROM,
        "counted": words.counted,
        "advice": advice,
        "deviation": words.deviation,
        "errors": words.errors,
        "first_index": words.first_index,
        "rows": rows,
        "drawn": drawn,
        "bar": bar,
        "by_chapter": by_chapter,
        "script_lines": SCRIPT_LINES,
        "last_line": _last_line,
        "same_script": _same_script,
    }
    return environment


def anchor(identity: str) -> str:
    """Return what a link to a behaviour ends in: its id, unless that is none."""
    if _ANCHOR.fullmatch(identity):
        return identity
    return f"b-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def by_chapter(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return entries by chapter, in the order in which the chapters first occur."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.chapter, []).append(entry)
    return list(found.items())


def bar(tally: overview.Tally) -> list[tuple[str, str, str]]:
    """Return the segments of a bar a hundred wide: outcome, where it begins, how wide it is."""
    at, out = 0.0, []
    for outcome, number in tally.counts.items():
        width = 100 * number / max(1, tally.size)
        out.append((outcome.value, f"{at:.2f}", f"{width:.2f}"))
        at += width
    return out


def _same_script(entry: Entry) -> bool:
    """Say whether the program for PyTorch differs from the library's in its first line alone."""
    spelt = tuple(_TORCH.sub("lib.", line) for line in entry.torch_script)
    return len(spelt) > 1 and spelt[1:] == entry.script[1:]


def _last_line(entry: Entry) -> str:
    detail = entry.verdict.detail
    return ": ".join(part for part in (detail.error, detail.message) if part)


@cache
def _resource(name: str) -> str:
    return files("gradmark_reports.html").joinpath(name).read_text(encoding="utf-8")
