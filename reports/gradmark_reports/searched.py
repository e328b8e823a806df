"""What came of a search, as plain text: the example in both spellings, expected and observed."""

from __future__ import annotations

from textwrap import indent

from gradmark.run import Entry
from gradmark.script import as_library, as_torch
from gradmark.search import Finding, Searched
from gradmark.session import BackendInfo
from gradmark.verdict import Verdict
from gradmark_reports.terminal import failure_text
from gradmark_reports.visible import visible_line
from gradmark_reports.words import amount


def search_line(searched: Searched, seed: int) -> str:
    """Return a search in one line."""
    count = len(searched.findings)
    came = f"{amount(count, 'answer')} not as PyTorch's" if count else "nothing found"
    return f"search: {came}, in {amount(searched.asked, 'example')} of seed {seed}"


def left_out_line(searched: Searched) -> str:
    """Return what was not searched, or nothing where the library has it all."""
    names = ", ".join(searched.left_out)
    return f"left out, since the library lacks it: {names}" if names else ""


def search_text(searched: Searched, info: BackendInfo, *, seed: int, again: str) -> str:
    """Return all findings, the command that finds them again, and what was left out."""
    texts = [_found(found, info, seed) for found in searched.findings]
    texts += [f"again: {visible_line(again)}"] if searched.findings else []
    return "\n\n".join(text for text in (*texts, left_out_line(searched)) if text)


def _found(found: Finding, info: BackendInfo, seed: int) -> str:
    step = found.detail.step
    script, marked = as_library(
        found.program, step=step, module=info.library, spelling=info.spelling
    )
    entry = Entry(
        verdict=Verdict(f"search.seed-{seed}", found.outcome, found.detail, note=found.note),
        title=f"A composition of {amount(found.moves, 'operation')} is not answered as by PyTorch",
        level="example",
        profile=info.profile,
        gradient=True,
        counted=False,
        holds=False,
        script=script,
        marked=marked,
    )
    spelt = "\n".join(visible_line(line) for line in as_torch(found.program))
    return f"{failure_text(entry)}\n\nin PyTorch\n{indent(spelt, '  ')}"
