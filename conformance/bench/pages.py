"""How large the report of a large run is, and how fast it is written, opened and filtered.

5,000 behaviours, of which 1,000 fail by themselves, each with arrays, program, graph and text.
"""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Protocol

from gradmark.behaviour import Behaviour, load_spec
from gradmark.graph import Graph, graph_of
from gradmark.journal import Entry, Header, Run, make_entry, make_footer
from gradmark.session import BackendInfo
from gradmark.verdict import Detail, Outcome, Verdict

BEHAVIOURS, FAILURES = 5_000, 1_000
VALUES = tuple(f"{number / 8:.4g}" for number in range(12))
WRONG = tuple(f"{number / 8 + number % 3:.4g}" for number in range(12))


class Report(Protocol):
    """What takes the figures."""

    def line(self, what: str, figure: str, limit: str, *, met: bool) -> None:
        """Print one figure beside its limit."""


def large_run() -> Run:
    """Return a run of the spec's own behaviours, repeated under other names."""
    spec = [b for b in load_spec() if len(list(b.program().walk())) < 60]
    every = BEHAVIOURS // FAILURES
    entries = tuple(
        _entry(spec[number % len(spec)], number, fails=number % every == 0)
        for number in range(BEHAVIOURS)
    )
    header = Header(
        backend=asdict(BackendInfo("large", isolation=1)),
        reference={"name": "PyTorch", "version": "2.13.0", "is_the_specs": True},
        profile="torch",
        size=BEHAVIOURS,
        musts=BEHAVIOURS,
        chapters=load_spec().chapters,
        planned=tuple(e.id for e in entries),
    )
    return Run(header, entries, make_footer(entries, 60.0))


def _entry(behaviour: Behaviour, number: int, *, fails: bool) -> Entry:
    detail = Detail()
    if fails:
        last = max(step.number for step in behaviour.program().walk())
        detail = Detail(
            label="gradient", line=3, step=last, expected=", ".join(VALUES),
            observed=", ".join(WRONG), reason="8 of 12 elements differ, the first at index (0, 1)",
            max_abs=2.0, max_rel=0.5, allowed="2e-06 + 2e-05 × |expected|", index=(0, 1),
            shape=(3, 4), expected_items=VALUES, observed_items=WRONG, differing=(1, 2, 4, 5, 7),
        )  # fmt: skip
    outcome = Outcome.FAIL if fails else Outcome.PASS
    verdict = Verdict(behaviour.id, outcome, detail)
    made = make_entry(behaviour, verdict, profile="torch", strict=False, backend="large")
    renamed = replace(made.verdict, id=f"{behaviour.id}-{number}")
    graph = _valued(graph_of(behaviour.program(), detail.step)) if fails else None
    return replace(made, verdict=renamed, graph=graph, level="must", holds=not fails, counted=True)


def _valued(graph: Graph | None) -> Graph | None:
    if graph is None:
        return None
    nodes = (replace(n, value="[1 2 3 4]", gradient="3×4 float32") for n in graph.nodes)
    return replace(graph, nodes=tuple(nodes), replayed="PyTorch 2.13.0")


def pages(report: Report) -> None:
    """Measure the page of a large run."""
    from gradmark_reports.html import write

    run = large_run()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.html"
        seconds = _median(lambda: write(run, path))
        page = path.read_bytes()
        name = f"a page of {BEHAVIOURS:,} behaviours, {FAILURES:,} failures"
        report.line(f"{name}: written", f"{seconds:.2f} s", "1 s", met=seconds < 1)
        size, packed = len(page) / 1e6, len(gzip.compress(page)) / 1e6
        met = size < 6 and packed < 1
        report.line(f"{name}: size", f"{size:.1f}, {packed:.2f} MB gz", "6, 1 MB", met=met)
        in_a_browser(report, path, name)


def in_a_browser(report: Report, path: Path, name: str) -> None:
    """Measure how long headless Chromium takes to open and to filter the page."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print(f"- {name}: opening and filtering need Chromium and Playwright")
        return
    with sync_playwright() as playwright:
        rights = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=rights)
        page = browser.new_page()

        def opened() -> float:
            page.goto(path.as_uri())
            took: float = page.evaluate(
                "performance.getEntriesByType('navigation')[0].loadEventEnd"
            )
            return took / 1e3

        opened()
        opening = statistics.median(opened() for _ in range(5))
        filtering = page.evaluate(FILTERING)
        browser.close()
    report.line(f"{name}: opened", f"{opening:.2f} s", "1 s", met=opening < 1)
    slowest = max(filtering)
    report.line(f"{name}: filtered", f"{slowest:.0f} ms", "100 ms", met=slowest < 100)


FILTERING = """async () => {
    const field = document.getElementById("q"), box = document.querySelector("input[value=pass]");
    const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const took = [];
    for (const text of ["grad", "leaf", "no such", "", "backward 12"]) {
        await frame();
        const start = performance.now();
        field.value = text;
        field.dispatchEvent(new Event("input"));
        document.body.offsetHeight;
        took.push(performance.now() - start);
    }
    return took;
}"""


def _median(function: Callable[[], object], runs: int = 5) -> float:
    function()
    timings = []
    for _ in range(runs):
        started = time.perf_counter()
        function()
        timings.append(time.perf_counter() - started)
    return statistics.median(timings)


def main() -> int:
    """Print the page's figures alone."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from bench import Report as Lines  # type: ignore[import-not-found,attr-defined,unused-ignore]

    lines = Lines()
    pages(lines)
    return int(lines.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
