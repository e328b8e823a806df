"""What walls cost: a worker's start, a round trip, and the replacement of a dead one."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gradmark.behaviour import load_spec
from gradmark_backends.backend import WorkerBackend, open_backend
from gradmark_backends.launch import WALLED
from gradmark_backends.reach import obstacle
from gradmark_backends.resolve import resolve

HERE = Path(__file__).resolve().parent
RUNS = 9
TRIPS = 400
PROGRAM = "operators.mul-grad"


class Lines(Protocol):
    """Prints a figure beside its limit."""

    def line(self, what: str, figure: str, limit: str, *, met: bool) -> None:
        """Print one."""


def paired(one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float]:
    """Return the medians of two measures that are taken in turn."""
    one(), other()
    pairs = [(one(), other()) for _ in range(RUNS)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def opened(library: Path, level: int) -> WorkerBackend:
    """Open a library in a worker."""
    plan = resolve(str(library), rootdir=HERE, invocation_dir=HERE)
    backend = open_backend(plan, isolation=level)
    if not isinstance(backend, WorkerBackend):
        raise TypeError(backend)
    return backend


def started(library: Path, level: int) -> float:
    """Time the start of a backend's first worker, with its interpreter and its library."""
    before = time.perf_counter()
    backend = opened(library, level)
    took = time.perf_counter() - before
    backend.close()
    return took


def trip(backend: WorkerBackend) -> float:
    """Time a small program to a worker and back."""
    program = load_spec().get(PROGRAM).program()
    before = time.perf_counter()
    for _ in range(TRIPS):
        backend.ask(program)
    return (time.perf_counter() - before) / TRIPS


def replaced(backend: WorkerBackend) -> float:
    """Time the answer of the worker that comes after a dead one, with no other waiting.

    Raises ValueError at level 3, where the worker's process id is a number in bubblewrap, which
    outside belongs to no one or to a stranger.
    """
    if backend.info.isolation > WALLED:
        raise ValueError("a worker in bubblewrap can't be ended by its process id from outside")
    program = load_spec().get(PROGRAM).program()
    backend.drop_spare()
    os.kill(backend.pid, signal.SIGKILL)
    before = time.perf_counter()
    answer = backend.ask(program)
    if answer.trace is None:  # it was asked before its death was seen
        answer = backend.ask(program)
    took = time.perf_counter() - before
    if answer.trace is None:
        raise RuntimeError(answer.reason)
    return took


def walls(report: Lines, library: Path) -> None:
    """Measure what level 2 costs beside level 1; ``library`` imports NumPy."""
    if why := obstacle(2):
        print(f"- no figures about walls: {why}")
        return
    high, low = paired(lambda: started(library, 2), lambda: started(library, 1))
    more = (high - low) * 1e3
    report.line(
        "a first worker's start at level 2 and at level 1",
        f"{high * 1e3:.0f} and {low * 1e3:.0f} ms",
        "30 ms more",
        met=more <= 30,
    )
    with opened(library, 2) as walled, opened(library, 1) as plain:
        high, low = paired(lambda: trip(walled), lambda: trip(plain))
        report.line(
            "a round trip at level 2 and at level 1",
            f"{high * 1e3:.3f} and {low * 1e3:.3f} ms",
            "1.15× level 1",
            met=high <= 1.15 * low,
        )
        high, low = paired(lambda: replaced(walled), lambda: replaced(plain))
    report.line(
        "replacing a dead worker with NumPy, at level 2 and 1",
        f"{high * 1e3:.0f} and {low * 1e3:.0f} ms",
        "300 ms",
        met=high < 0.3,
    )
