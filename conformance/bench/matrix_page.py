"""How large the matrix's page is, and how fast it is written, opened and searched.

Thirty runs of three thousand behaviours, whose titles and verdicts are drawn at random: a real
spec repeats itself more and packs better.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from gradmark.behaviour import load_spec
from gradmark.run import Entry, Header, Run
from gradmark.session import BackendInfo
from gradmark.verdict import Outcome, Verdict
from gradmark_reports.matrix import matrix, render

BACKENDS = 30
BEHAVIOURS = 3_000
CHAPTERS = 16
SIZE = 300_000
SECONDS = 1.0
OPENINGS = 5

DEVIATIONS = (
    (Outcome.FAIL, 30), (Outcome.BLOCKED, 45), (Outcome.MISSING, 25), (Outcome.ERROR, 8),
    (Outcome.LENIENT, 8), (Outcome.TIMEOUT, 1), (Outcome.CRASH, 1), (Outcome.MEMORY, 1),
    (Outcome.PROTOCOL, 1),
)  # fmt: skip


class Report(Protocol):
    """What prints a figure beside its limit."""

    def line(self, what: str, figure: str, limit: str, *, met: bool) -> None:
        """Print one figure."""


def runs(backends: int = BACKENDS, behaviours: int = BEHAVIOURS) -> list[tuple[str, Run]]:
    """Return runs that nobody ran, from a perfect library to a poor one."""
    draw = random.Random(0)
    words = sorted({word for b in load_spec() for word in b.title.split()})
    chapters = [f"chapter-{number}" for number in range(CHAPTERS)]
    about = [
        (
            f"{chapters[number * CHAPTERS // behaviours]}.{'-'.join(_slug(draw, words))}-{number}",
            " ".join(draw.choices(words, k=7))[:70],
            draw.choices(("must", "should", "detail"), (6, 3, 1))[0],
            draw.random(),
        )
        for number in range(behaviours)
    ]
    planned = tuple(identity for identity, *_ in about)
    out = []
    for number in range(backends):
        right = 1 - number / backends
        entries = tuple(
            _entry(identity, title, level, _outcome(draw, right, hard))
            for identity, title, level, hard in about
        )
        header = Header(
            backend=asdict(BackendInfo(f"backend_{number}", version=f"1.{number}", isolation=2)),
            reference={"name": "PyTorch", "version": "2.13.0", "is_the_specs": True},
            profile="torch",
            size=behaviours,
            musts=sum(level == "must" for _, _, level, _ in about),
            started="2026-01-31T12:00:00+00:00",
            chapters=tuple((name, " ".join(draw.choices(words, k=4))) for name in chapters),
            planned=planned,
        )
        out.append((f"runs/{number}.jsonl", Run(header, entries)))
    return out


def _slug(draw: random.Random, words: list[str]) -> list[str]:
    return [re.sub("[^a-z0-9]", "", w.lower()) or "x" for w in draw.choices(words, k=3)]


def _outcome(draw: random.Random, right: float, hard: float) -> Outcome:
    if draw.random() < right or draw.random() > hard:
        return Outcome.PASS
    outcomes, weights = zip(*DEVIATIONS, strict=True)
    found: Outcome = draw.choices(outcomes, weights)[0]
    return found


def _entry(identity: str, title: str, level: str, outcome: Outcome) -> Entry:
    holds = outcome.holds if level == "must" else outcome is Outcome.PASS
    return Entry(Verdict(identity, outcome), title, level, "torch", True, level == "must", holds)


def matrix_page(report: Report) -> None:
    """Measure the page's size, writing it, and, where there is a browser, opening and searching."""
    given = runs()
    what = f"the matrix of {BACKENDS} × {BEHAVIOURS:,} behaviours"
    started = time.perf_counter()
    text = render(matrix(given))
    took = time.perf_counter() - started
    size = len(text.encode("utf-8"))
    report.line(f"{what}: size", f"{size / 1e3:.0f} kB", f"{SIZE / 1e3:.0f} kB", met=size < SIZE)
    report.line("  written", f"{took:.2f} s", f"{SECONDS} s", met=took < SECONDS)
    opened = in_browser(text)
    if opened is None:
        print("  not opened: no Playwright or no Chromium")
        return
    for name, seconds in opened.items():
        report.line(f"  {name}", f"{seconds * 1e3:.0f} ms", f"{SECONDS} s", met=seconds < SECONDS)


def in_browser(text: str) -> dict[str, float] | None:
    """Return medians in seconds of opening a page and using it; None without a browser."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if chromium is None:
        return None
    timings: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "matrix.html"
        file.write_text(text, encoding="utf-8")
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        for _ in range(OPENINGS):
            page = browser.new_page()
            for name, seconds in _used(page, file.as_uri()):
                timings.setdefault(name, []).append(seconds)
            page.close()
        browser.close()
    return {name: statistics.median(taken) for name, taken in timings.items()}


_PAINTED = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"


def _used(page: Any, address: str) -> list[tuple[str, float]]:
    def timed(function: Callable[[], object]) -> float:
        started = time.perf_counter()
        function()
        page.evaluate(_PAINTED)
        return time.perf_counter() - started

    def openly() -> None:
        page.goto(address)
        page.wait_for_selector("#tools:not([hidden])")

    return [
        ("opened, its script ready", timed(openly)),
        ("a chapter opened", timed(lambda: page.evaluate(_FIRST))),
        ("searched", timed(lambda: page.fill("#q", "gradient"))),
    ]


_FIRST = "() => document.querySelector('.chapter button').click()"
