"""Verdicts in pytest's words: category, letter and word of a report."""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from gradmark.run import Entry
from gradmark.verdict import Outcome
from gradmark_reports.terminal import failure_text
from pytest_gradmark.collector import fails

WORDS = {
    Outcome.PASS: (".", "PASSED"),
    Outcome.LENIENT: ("l", "LENIENT"),
    Outcome.FAIL: ("F", "FAILED"),
    Outcome.MISSING: ("m", "MISSING"),
    Outcome.BLOCKED: ("b", "BLOCKED"),
    Outcome.ERROR: ("E", "ERROR"),
    Outcome.TIMEOUT: ("t", "TIMEOUT"),
    Outcome.CRASH: ("C", "CRASH"),
    Outcome.MEMORY: ("M", "MEMORY"),
    Outcome.PROTOCOL: ("P", "PROTOCOL"),
    Outcome.UNGRADED: ("U", "UNGRADED"),
}

ATTRIBUTE = "gradmark"
"""Where a report carries its entry, as JSON text: it has to survive xdist and report logs."""

_HERE: WeakKeyDictionary[Any, Entry] = WeakKeyDictionary()
"""The entries of the reports of this process, which need not be read again."""


def dress(report: pytest.TestReport, item: pytest.Item, entry: Entry) -> None:
    """Put an entry on the report of its item."""
    setattr(report, ATTRIBUTE, json.dumps(entry.to_json()))
    _HERE[report] = entry
    # JUnit's file takes the properties of an item from the report of its teardown.
    item.user_properties += [
        ("gradmark_verdict", entry.outcome.value),
        ("gradmark_level", entry.level),
    ]
    if entry.verdict.root:
        item.user_properties.append(("gradmark_root", entry.verdict.root))
    report.user_properties = list(item.user_properties)
    if _is_advice(entry):
        # pytest's own way to say: it does not hold, and that does not count.
        report.outcome = "skipped"
        report.wasxfail = f"{entry.outcome.value}: {_reason(entry)}"
        report.longrepr = failure_text(entry)


def undress(report: Any) -> Entry | None:
    """Return the entry that a report carries, from whatever process it came."""
    text = getattr(report, ATTRIBUTE, None)
    if not isinstance(text, str):
        return None
    if report in _HERE:
        return _HERE[report]
    try:
        return Entry.from_json(json.loads(text))
    except ValueError:
        return None


def status(entry: Entry) -> tuple[str, str, str | tuple[str, dict[str, bool]]]:
    """Return the category that a verdict counts as, its letter and its word."""
    letter, word = WORDS[entry.outcome]
    if entry.outcome is Outcome.UNGRADED:
        return "error", letter, word
    if fails(entry):
        return "failed", letter.upper() if entry.outcome is Outcome.LENIENT else letter, word
    if _is_advice(entry):
        return "advice", "a", (f"ADVICE ({entry.outcome.value})", {"yellow": True})
    if entry.outcome is Outcome.LENIENT:
        return "lenient", letter, (word, {"green": True})
    return "passed", letter, word


def _is_advice(entry: Entry) -> bool:
    return not fails(entry) and not entry.outcome.holds


def _reason(entry: Entry) -> str:
    if entry.level == "should":
        return "should-level; counts with --gradmark-strict"
    return "a detail of PyTorch's; counts in the profile torch"
