"""How long a run takes: medians and ratios, each measured beside what it is compared with.

    python conformance/bench/bench.py

Every figure that the README quotes is printed here. Exit 1 where a limit is not met.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "reference" / "gradmark_reference" / "model"
RUNS = 7
AT_LEAST = 500
"""Behaviours in a run that is timed whole; the spec is repeated to get there."""

sys.path.insert(0, str(HERE))


def median(function: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median of several timings in seconds, after one that is not counted."""
    function()
    timings = []
    for _ in range(runs):
        started = time.perf_counter()
        function()
        timings.append(time.perf_counter() - started)
    return statistics.median(timings)


def paired(
    one: Callable[[], object], other: Callable[[], object], runs: int = RUNS
) -> tuple[float, float, float]:
    """Return both medians and the median of the ratios, measured in turn."""
    one(), other()
    pairs = []
    for _ in range(runs):
        started = time.perf_counter()
        one()
        middle = time.perf_counter()
        other()
        pairs.append((middle - started, time.perf_counter() - middle))
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def shell(*command: str, cwd: Path | None = None) -> None:
    """Run a command and wait; its output is read and dropped.

    What Python compiles is kept for the next run, as it is for most users.
    """
    surroundings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=cwd, env=surroundings, capture_output=True, check=False)


class Report:
    """Collects the lines, and whether each figure is within its limit."""

    def __init__(self) -> None:
        self.missed = 0

    def line(self, what: str, figure: str, limit: str, *, met: bool) -> None:
        """Print one figure beside its limit."""
        self.missed += not met
        print(f"{'✓' if met else '✗'} {what:<58} {figure:>22}   limit {limit}", flush=True)


def replaying(report: Report) -> None:
    """Compare replaying the spec with the same calls written by hand."""
    import torch
    from by_hand import run_all  # type: ignore[import-not-found]

    from gradmark.behaviour import load_spec
    from gradmark.replay import replay
    from gradmark.surface import Surface

    torch.set_num_threads(1)
    # Deep graphs are PyTorch's own time on both sides, so they would flatter the ratio.
    spec = [b for b in load_spec() if not any(s.op == "repeat" for s in b.program().steps)]
    programs = [b.program() for b in spec]
    surface = Surface(torch)

    def replayed() -> None:
        for program in programs:
            replay(program, surface)

    mine, hand, ratio = paired(replayed, lambda: run_all(spec, torch), runs=15)
    report.line(
        f"replaying {len(programs)} behaviours / the same calls by hand",
        f"{mine * 1e3:.1f} / {hand * 1e3:.1f} ms = {ratio:.2f}×",
        "2×",
        met=ratio <= 2,
    )


def round_trip(report: Report) -> None:
    """Time one small program to a worker and back."""
    from gradmark.behaviour import load_spec
    from gradmark_backends.backend import open_backend
    from gradmark_backends.resolve import resolve

    plan = resolve(str(MODEL), rootdir=HERE, invocation_dir=HERE)
    program = load_spec().get("operators.mul-grad").program()
    with open_backend(plan, isolation=1) as backend:
        count = 500

        def ask() -> None:
            for _ in range(count):
                backend.ask(program)

        each = median(ask) / count
    report.line(
        "a round trip to a worker at level 1", f"{each * 1e3:.3f} ms", "0.5 ms", met=each <= 5e-4
    )


def walls(report: Report) -> None:
    """Time what walls cost a worker."""
    from workers import walls as measured  # type: ignore[import-not-found]

    measured(report, MODEL)


def whole_runs(report: Report) -> None:
    """Time whole pytest runs against the floor, and see that time grows linearly."""
    from gradmark.behaviour import load_spec

    size = len(load_spec().profile("tensor"))
    more = max(1, -(-AT_LEAST // size) - 1)
    once, some, many = 1, 1 + more, 1 + 2 * more
    python = sys.executable
    floor = (python, "-c", "import pytest, torch, numpy")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "conftest.py").write_text((HERE / "repeated.py").read_text(encoding="utf-8"))
        timings = {}
        for times in (once, some, many):
            os.environ["REPEAT"] = str(times)
            # Hypothesis's plugin imports all of Hypothesis at the end of every run of pytest.
            left_out = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
            asked = (f"--backend={MODEL}", "--gradmark-profile=tensor")
            run = (python, "-m", "pytest", "-q", *left_out, *asked)
            timings[times] = paired(partial(shell, *run, cwd=folder), partial(shell, *floor))
        os.environ.pop("REPEAT")
    took, least, _ = timings[some]
    count = size * some
    allowed = 1.5 * least + count * 1e-3
    report.line(
        f"pytest on the model, {count} behaviours (floor {least:.2f} s)",
        f"{took:.2f} s",
        f"{allowed:.2f} s",
        met=took <= allowed,
    )
    first = (timings[some][0] - timings[once][0]) / (more * size)
    second = (timings[many][0] - timings[some][0]) / (more * size)
    report.line(
        "each further behaviour, first and second half",
        f"{first * 1e3:.2f} and {second * 1e3:.2f} ms",
        "1.5× each other",
        met=second <= 1.5 * first + 2e-4,
    )


def memory(report: Report) -> None:
    """Measure how a run's memory grows over 10,000 programs."""
    run = subprocess.run(
        [sys.executable, str(HERE / "growth.py"), str(MODEL)],
        capture_output=True,
        text=True,
        check=True,
    )
    grown = float(run.stdout)
    report.line("memory grown over 10,000 programs", f"{grown:.1f} MB", "50 MB", met=grown < 50)


def main() -> int:
    """Print every figure."""
    report = Report()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, medians of {RUNS} runs")
    from matrix_page import matrix_page  # type: ignore[import-not-found]
    from pages import pages  # type: ignore[import-not-found]

    for measure in (replaying, round_trip, walls, whole_runs, memory, pages, matrix_page):
        measure(report)
    return int(report.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
