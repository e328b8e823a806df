"""What a busy machine takes of a worker's time is given back to it, up to a limit."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradmark.verdict import Outcome
from gradmark_backends.forks import starved_seconds
from gradmark_backends.patience import MOST, Patience
from gradmark_backends.servers import Forked, available

LEVELS = [1] if available() else []
SPINS = "import time\nend = time.monotonic() + 30\nwhile time.monotonic() < end: pass"


class Clock:
    """A clock that is set by hand, and the time that a worker has been kept waiting."""

    def __init__(self):
        self.now, self.starved, self.looks = 100.0, 7.0, 0

    def patience(self, seconds):
        return Patience(seconds, self.look, lambda: self.now)

    def look(self):
        self.looks += 1
        return self.starved


def test_the_seconds_are_the_clocks_where_nothing_else_runs():
    """What a worker waited for a processor before it was asked is not given back."""
    clock = Clock()
    patience = clock.patience(10)
    assert patience.left() == 10
    clock.now += 9
    assert patience.left() == 1
    clock.now += 1
    assert patience.left() <= 0


def test_the_time_of_others_is_given_back():
    """Whoever waited for a processor for 4 seconds has 14."""
    clock = Clock()
    patience = clock.patience(10)
    clock.now += 2
    patience.left()
    clock.now, clock.starved = clock.now + 8, clock.starved + 4
    assert patience.left() == 4
    clock.now += 4
    assert patience.left() == 0


def test_no_more_than_a_few_times_the_seconds_is_given_back():
    """Nobody waits for ever for a worker that is always about to run."""
    clock = Clock()
    patience = clock.patience(10)
    clock.now += 2
    patience.left()
    clock.now, clock.starved = clock.now + 8, clock.starved + 1000
    assert patience.left() == MOST * 10


def test_a_quick_answer_costs_no_look():
    """Only an answer that takes its time has anything looked up."""
    clock = Clock()
    patience = clock.patience(10)
    clock.now += 0.9
    patience.left()
    assert clock.looks == 0


@pytest.mark.parametrize("level", LEVELS)
def test_a_worker_that_is_kept_waiting_is_no_timeout(opened, monkeypatch, level):
    """The same program is late on an idle machine, and in time on one that others keep busy."""
    source = "import time\ndef slow():\n    time.sleep(0.8)\n    return 3\n"
    busy = opened(source, isolation=level, program_seconds=0.4)
    monkeypatch.setattr(Forked, "starved", lambda _self: time.monotonic())
    assert busy.number("slow") == 3
    monkeypatch.setattr(Forked, "starved", lambda _self: 0.0)
    assert busy.ask("slow").lost is Outcome.TIMEOUT


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="Linux tells it alone")
def test_a_process_that_shares_its_processor_is_seen_to_wait():
    """Of two that spin on one processor, each waits for the other."""
    (processor, *_) = os.sched_getaffinity(0)
    pinned = f"import os\nos.sched_setaffinity(0, [{processor}])\n{SPINS}"
    both = [subprocess.Popen([sys.executable, "-c", pinned]) for _ in range(2)]
    try:
        until = time.monotonic() + 20
        while min(starved_seconds(one.pid) for one in both) < 0.1:
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        for one in both:
            one.kill()
            one.wait()
    assert starved_seconds(2**22 + 1) == 0.0
