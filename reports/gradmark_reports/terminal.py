"""Plain text for terminals: one failure as a person reads it, and a run in a few lines."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent, wrap

from gradmark.grade import grade as grade_of
from gradmark.journal import Entry, Run
from gradmark.verdict import Detail, Outcome
from gradmark_reports import overview, words
from gradmark_reports.absent import advice
from gradmark_reports.elements import Cell, rows
from gradmark_reports.points import grade_lines
from gradmark_reports.visible import visible, visible_line

OUTPUT_LIMIT = 1_000
ROOTS_SHOWN = 5
SCRIPT_LINES = 200


def failure_text(entry: Entry, *, width: int = 80) -> str:
    """Return what there is to say about one verdict: no colours, nothing invisible.

    In this order: the statement; expected and observed; the error and what was allowed; the
    program with its line marked; the library's own traceback and output; what it usually means;
    the command that shows it again. A blocked one says what it waits for, and no more.
    """
    detail = entry.verdict.detail
    if entry.outcome is Outcome.BLOCKED:
        # Without a root it waits for something that is not shown, and says no more than that.
        waits = "" if entry.verdict.root else visible_line(detail.reason)
        return "\n\n".join(filter(None, [_statement(entry, width), waits, *_again(entry)]))
    parts = [
        _statement(entry, width),
        _comparison(detail, width),
        _program(entry),
        _block("traceback", _traceback(detail)),
        _block("output", visible(detail.output.rstrip(), OUTPUT_LIMIT, tail=True)),
        _meaning(entry, width),
        *_again(entry),
    ]
    return "\n\n".join(part for part in parts if part)


def _again(entry: Entry) -> list[str]:
    return [f"again: {visible_line(entry.reproduce)}"] if entry.reproduce else []


def _statement(entry: Entry, width: int) -> str:
    verdict = entry.verdict
    lines = _wrapped(visible_line(entry.title), width)
    lines.append(visible_line(f"{entry.id} · {entry.level} · {entry.outcome.value}"))
    if verdict.root:
        lines += _wrapped(visible_line(f"waits for {verdict.root}: mend that one first"), width)
    if verdict.note:
        lines += _wrapped(visible_line(verdict.note), width)
    return "\n".join(lines)


def _comparison(detail: Detail, width: int) -> str:
    lines = _wrapped(visible_line(words.deviation(detail)), width)
    if detail.observed == detail.reason:  # the worker was lost, and there is nothing to compare
        return "\n".join(lines)
    found = rows(detail)
    if found is not None and not found.left_out:
        expected, observed = _aligned(found.expected, found.observed)
    else:
        expected, observed = (
            [line for long in visible(text).splitlines() for line in _folded(long, width - 6)]
            for text in (detail.expected, detail.observed)
        )
    if expected or observed:
        lines += [f"  {line}".rstrip() for line in _beside(expected, observed, width - 2)]
    if error := words.errors(detail):
        lines += _wrapped(visible_line(error), width)
    return "\n".join(lines)


def _folded(line: str, width: int) -> list[str]:
    """Break a line that is too long; one that is not keeps its spaces."""
    return [line] if len(line) <= width else wrap(line, width, break_on_hyphens=False)


def _aligned(
    expected: Iterable[tuple[Cell, ...]], observed: Iterable[tuple[Cell, ...]]
) -> tuple[list[str], list[str]]:
    """Write both arrays with carets under what differs; both get a line where one has carets."""
    left, right = [], []
    for wanted, got in zip(expected, observed, strict=True):
        left.append(_row(wanted))
        right.append(_row(got))
        if carets := _carets(got):
            left.append("")
            right.append(carets)
    return left, right


def _row(cells: tuple[Cell, ...]) -> str:
    return f"[{', '.join(visible_line(cell.text, 40) for cell in cells)}]"


def _carets(cells: tuple[Cell, ...]) -> str:
    marks = ("^ "[not c.differs] * len(visible_line(c.text, 40)) for c in cells)
    return f" {'  '.join(marks)}".rstrip()


def _beside(expected: list[str], observed: list[str], width: int) -> list[str]:
    """Put two texts side by side, or under each other where they are too wide for that."""
    left, right = ["expected", *expected], ["observed", *observed]
    column = max(map(len, left))
    if column + 3 + max(map(len, right)) > width:
        return [left[0], *(f"  {x}" for x in expected), right[0], *(f"  {x}" for x in observed)]
    left += [""] * (len(right) - len(left))
    right += [""] * (len(left) - len(right))
    return [f"{one:<{column}} | {other}" for one, other in zip(left, right, strict=True)]


def _program(entry: Entry) -> str:
    if not entry.script:
        return ""
    shown = entry.script[:SCRIPT_LINES]
    lines = [
        f"{'>' if number in entry.marked else ' '} {visible_line(line)}".rstrip()
        for number, line in enumerate(shown)
    ]
    left_out = len(entry.script) - len(shown)
    lines += [f"  … ({words.amount(left_out, 'line')} cut)"] if left_out else []
    return "\n".join(["program", *lines])


def _traceback(detail: Detail) -> str:
    if not detail.traceback:
        return ""
    last = ": ".join(part for part in (detail.error, detail.message) if part)
    return visible(f"{detail.traceback.rstrip()}\n{last}".rstrip(), tail=True)


def _block(title: str, text: str) -> str:
    return f"{title}\n{indent(text, '  ')}" if text else ""


def _meaning(entry: Entry, width: int) -> str:
    means = (entry.why, entry.mistake)
    if entry.outcome is Outcome.MISSING:  # a mistake in what is not there is none
        means = (advice(entry.verdict.detail), entry.why)
    paragraphs = [visible(text) for text in means if text]
    lines = [line for text in paragraphs for line in _wrapped(text, width - 2)]
    return _block("what it usually means", "\n".join(lines))


def _wrapped(text: str, width: int) -> list[str]:
    return [
        line
        for paragraph in text.splitlines()
        for line in wrap(paragraph, width, break_on_hyphens=False) or [""]
    ]


def summary_lines(run: Run) -> list[str]:
    """Return a run in a few lines: the headline, the chapters, and what to fix first."""
    grade = grade_of(run)
    lines = [*(grade_lines(grade) if grade else ()), *_headline(run), ""]
    lines += _table(overview.chapters(run))
    beside = overview.groups(run)
    if beside:
        lines += ["", "beside the score: " + "; ".join(
            f"{t.title.lower()} {t.holds} of {t.size}" for t in beside)]  # fmt: skip
    roots = overview.fix_first(run)
    if roots:
        lines += ["", "fix first:", *_roots(roots[:ROOTS_SHOWN])]
    if len(roots) > ROOTS_SHOWN:
        lines.append(f"  … and {len(roots) - ROOTS_SHOWN} more")
    hints = run.footer.hints if run.footer else ()
    return [*lines, "", *(f"hint: {visible_line(h)}" for h in hints)] if hints else lines


def _headline(run: Run) -> list[str]:
    who = visible_line(words.backend_name(run.header), 200)
    against = visible_line(words.reference_name(run.header), 200)
    total = overview.headline(run)
    if run.score is None:
        came = words.counted(overview.tally("", "", run.entries).counts) or "nothing has a verdict"
        return [
            f"{who} against {against}: no score",
            *(f"  {visible_line(reason)}" for reason in run.unscored),
            f"  so far: {came}",
        ]
    passed, musts = run.score
    share = words.percent(passed, musts)
    line = f"{who} against {against}: {passed} of {musts} musts hold ({share})"
    return [line, f"  {words.counted(total.counts)}"]


def _table(tallies: tuple[overview.Tally, ...]) -> list[str]:
    if not tallies:
        return ["no behaviours"]
    found = [o for o in Outcome if any(o in t.counts for t in tallies)]
    header = ["chapter", "holds", *(o.value for o in found)]
    body = [
        [
            visible_line(t.name, 40),
            f"{t.holds} of {t.size}",
            *(str(t.counts.get(o, 0) or "·") for o in found),
        ]
        for t in tallies
    ]
    return _columns([header, *body], left=1)


def _columns(lines: list[list[str]], *, left: int) -> list[str]:
    """Align cells in columns: the first ``left`` of them to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.ljust(size) if number < left else cell.rjust(size)
            for number, (cell, size) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def _roots(roots: tuple[overview.Root, ...]) -> list[str]:
    lines = []
    for root in roots:
        entry = root.entry
        about = entry.title if entry else "not part of this run"
        about += "" if entry is None or entry.counted else " (does not count here)"
        about += f" (may unblock {len(root.waiting)})" if root.waiting else ""
        lines.append(["", root.id, entry.outcome.value if entry else "", about])
    return _columns([[visible_line(cell, 200) for cell in line] for line in lines], left=4)
