"""The words that every report uses for the same thing."""

from __future__ import annotations

import re
from pathlib import PurePath

from gradmark.journal import Header
from gradmark.verdict import Detail, Outcome

GLYPHS = {
    Outcome.PASS: "✓",
    Outcome.LENIENT: "≈",
    Outcome.FAIL: "✗",
    Outcome.MISSING: "∅",
    Outcome.BLOCKED: "⊘",
    Outcome.ERROR: "!",
    Outcome.TIMEOUT: "◔",
    Outcome.CRASH: "‼",
    Outcome.MEMORY: "▦",
    Outcome.PROTOCOL: "⇄",
    Outcome.UNGRADED: "?",
}

MEANINGS = {
    Outcome.PASS: "as PyTorch does it",
    Outcome.LENIENT: "right, but not as PyTorch does it",
    Outcome.FAIL: "another answer than PyTorch's",
    Outcome.MISSING: "the library lacks what this needs",
    Outcome.BLOCKED: "waits for another behaviour to be fixed",
    Outcome.ERROR: "raised where PyTorch does not",
    Outcome.TIMEOUT: "no answer in time",
    Outcome.CRASH: "the process died",
    Outcome.MEMORY: "out of memory",
    Outcome.PROTOCOL: "the worker answered nonsense",
    Outcome.UNGRADED: "could not be judged: not the library's fault",
}

ISOLATION = {
    0: "0: in the judge's own process, for debugging",
    1: "1: a process of its own, with limits",
    2: "2: a process of its own, with limits and system-call walls",
    3: "3: a sandbox of its own",
}

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(?:Z|\+00:00)", re.ASCII)
_PATH = re.compile(r"[\w.~/ -]+")

PROOF_FROM = 2
"""The isolation level from which a result says something about code that means to cheat."""


def backend_name(header: Header) -> str:
    """Return the backend and its version."""
    name, version = _text(header.backend, "name"), _text(header.backend, "version")
    return f"{name} {version}".rstrip()


def short_name(header: Header) -> str:
    """Return the backend and its version, of a path its last part."""
    name, version = _text(header.backend, "name"), _text(header.backend, "version")
    last = PurePath(name).name if _PATH.fullmatch(name) else ""
    return f"{last or name} {version}".rstrip()


def minute(started: str) -> str:
    """Return when a run started, as a person writes it: in UTC."""
    found = _TIME.fullmatch(started)
    return f"{found[1]} {found[2]}" if found else started


def reference_name(header: Header) -> str:
    """Return the reference and its version."""
    name = _text(header.reference, "name") or "PyTorch"
    return f"{name} {_text(header.reference, 'version')}".rstrip()


def _text(data: dict[str, object], name: str) -> str:
    value = data.get(name, "")
    return value if isinstance(value, str) else str(value)


def deviation(detail: Detail) -> str:
    """Return what differs and where: the observation's label and the reason."""
    return ": ".join(part for part in (detail.label, detail.reason) if part)


def errors(detail: Detail) -> str:
    """Return the largest errors next to what was allowed, or nothing where there are none."""
    sizes = [
        f"{value:.4g} {kind}"
        for kind, value in (("absolute", detail.max_abs), ("relative", detail.max_rel))
        if value is not None
    ]
    if not sizes:
        return ""
    allowed = f"; allowed: {detail.allowed}" if detail.allowed else ""
    return f"largest error: {', '.join(sizes)}{allowed}"


def first_index(detail: Detail) -> str:
    """Return the index of the first difference as Python writes it, or nothing."""
    return str(detail.index) if detail.index else ""


def counted(counts: dict[Outcome, int]) -> str:
    """Return counts such as ``3 fail, 1 missing``."""
    return ", ".join(f"{number} {outcome.value}" for outcome, number in counts.items() if number)


def amount(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent(part: int, whole: int) -> str:
    """Return a share in per cent, rounded down, so that 100 means all of it."""
    return f"{1000 * part // whole / 10:.1f} %"
