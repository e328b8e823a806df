"""What GitHub Actions shows: the step summary, and annotations on the run."""

from __future__ import annotations

from gradmark_reports import words
from gradmark_reports.exports import markdown
from gradmark_reports.exports.sheet import Sheet
from gradmark_reports.visible import visible_line

SUMMARY_LIMIT = 1_000_000
"""Bytes; above 1024 k GitHub drops the whole summary, and a step may write more than ours."""

SHOWN = 10
"""Annotations of one kind that GitHub shows of a step."""

_LIMIT = 500


def summary(sheet: Sheet) -> str:
    """Return what is to be appended to ``$GITHUB_STEP_SUMMARY``."""
    return markdown.render(sheet, SUMMARY_LIMIT)


def commands(sheet: Sheet) -> str:
    """Return workflow commands: the grade, then what to mend first, no more than are shown."""
    if sheet.earned is None:
        said = "; ".join(sheet.problems)
        lines = [_command("error", "no grade", said)]
    else:
        lines = [_command("notice", sheet.title, markdown.total(sheet))]
    failures = sheet.failures
    room = SHOWN - len([line for line in lines if line.startswith("::error")])
    shown = failures if len(failures) <= room else failures[: room - 1]
    for entry in shown:
        detail = entry.verdict.detail
        said = words.deviation(detail) or entry.verdict.note or words.MEANINGS[entry.outcome]
        if entry.verdict.root:
            said = f"waits for {entry.verdict.root}"
        lines.append(_command("error", f"{entry.outcome.value}: {entry.title}", said))
    if len(shown) < len(failures):
        left = words.amount(len(failures) - len(shown), "more behaviour")
        lines.append(_command("error", "and more", f"{left} did not hold"))
    return "".join(f"{line}\n" for line in lines)


def _command(kind: str, title: str, message: str) -> str:
    name = _escaped(visible_line(title, _LIMIT)).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{_escaped(visible_line(message, _LIMIT))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
