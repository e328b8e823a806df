"""What hostile libraries get for their trouble: the verdict that they deserve, and no more."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradmark.trace import Trace
from gradmark.verdict import Outcome
from gradmark_backends import launch
from gradmark_backends.bundle import make_bundle, source_of
from gradmark_backends.patience import MOST

ADAPTER = """\
from gradmark_backends import Adapter
class Mine(Adapter): module = "mine"
def good(): return 7
"""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os\ndef bad(): os._exit(0)", "the process ended with exit status 0"),
        ("import os\ndef bad(): os._exit(3)", "the process ended with exit status 3"),
        ("import os\ndef bad(): os.kill(os.getpid(), 11)", "the process was killed by SIGSEGV"),
        ("import ctypes\ndef bad(): ctypes.string_at(0)", "the process was killed by SIGSEGV"),
        ("import os\ndef bad(): os.abort()", "the process was killed by SIGABRT"),
    ],
)
def test_a_death_costs_one_program(opened, source, reason):
    """It is a crash that says how, what was printed before is shown, and the next one is asked."""
    backend = opened("print('hello')\n" + source.replace("bad():", "bad(): print('oh');"))
    answer = backend.ask("bad")
    assert (answer.lost, answer.reason, answer.trace) == (Outcome.CRASH, reason, None)
    assert answer.output.startswith("oh\n")
    assert backend.number("good") == 7


@pytest.mark.parametrize(
    "body", ["while True: pass", "import time; time.sleep(60)", "signal.pause()"]
)
def test_a_program_without_end_is_timed_out(opened, body):
    """The host's clock ends it, whatever it does about signals."""
    backend = opened(
        "import signal\n"
        "for number in set(signal.Signals) - {9, 19}: signal.signal(number, signal.SIG_IGN)\n"
        f"def bad():\n    {body}\n",
        program_seconds=0.3,
    )
    started = time.monotonic()
    answer = backend.ask("bad")
    assert (answer.lost, answer.reason) == (Outcome.TIMEOUT, "no answer within 0.3 s")
    assert time.monotonic() - started < 2
    assert backend.number("good") == 7


def test_memory_has_an_end(opened):
    """A MemoryError says so, and hurts nothing beside it."""
    backend = opened("def bad(): return len(bytes(2 << 30))\n", memory_bytes=1 << 30)
    assert backend.ask("bad").trace.stop.reason == "memory"
    assert backend.number("good") == 7


def test_a_death_for_want_of_memory_is_told_from_others(opened):
    """What C++ prints before it aborts is believed."""
    backend = opened(
        "import os\n"
        "def bad():\n"
        "    os.write(2, b'terminate called after throwing an instance of std::bad_alloc')\n"
        "    os.abort()\n"
    )
    answer = backend.ask("bad")
    assert answer.lost is Outcome.MEMORY
    assert "SIGABRT" in answer.reason


def test_a_file_has_an_end(opened):
    """A library can't fill the disk: the limit is an OSError to it."""
    backend = opened(
        "import os\n"
        "def bad():\n"
        "    with open('big', 'wb') as file: os.ftruncate(file.fileno(), 1 << 40)\n"
    )
    assert backend.ask("bad").trace.stop.names[0] == "OSError"


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # Nobody may be there to reap an orphan: a zombie is dead enough.
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def gone(pid):
    for _ in range(100):
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False


STAYING = """
import os, time
def fork():
    pid = os.fork()
    if pid == 0: time.sleep(60)
    return pid
def leave():
    if os.fork() == 0: time.sleep(60)
    os._exit(0)
def double():
    return 1 if os.fork() else 2
"""


def test_what_a_library_started_ends_with_its_worker(opened):
    """The whole group is killed."""
    backend = opened(STAYING)
    child = backend.number("fork")
    assert alive(child)
    backend.close()
    assert gone(child)


def test_a_child_that_holds_the_pipe_does_not_hide_a_death(opened):
    """The worker is gone, though somebody still could write."""
    started = time.monotonic()
    assert opened(STAYING).ask("leave").lost is Outcome.CRASH
    assert time.monotonic() - started < 3


def test_a_fork_that_comes_back_answers_once(opened):
    """Two processes return from the program; the first one's answer counts, and no other comes."""
    backend = opened(STAYING)
    assert backend.number("double") == 1
    assert backend.number("good") == 7
    assert backend.number("good") == 7


def test_closing_every_descriptor_is_nonsense(opened):
    """The worker's pipes are gone, and so is the worker; the next one has its own."""
    backend = opened("import os\ndef bad(): os.closerange(3, 1000)\n")
    assert backend.ask("bad").lost is Outcome.PROTOCOL
    assert backend.number("good") == 7


def test_closing_every_descriptor_and_staying_is_nonsense(opened):
    """The host does not wait for its clock when nothing can come any more."""
    backend = opened(
        "import os, time\ndef bad():\n    os.closerange(3, 1000)\n    time.sleep(60)\n"
    )
    started = time.monotonic()
    assert backend.ask("bad").lost is Outcome.PROTOCOL
    assert time.monotonic() - started < 3
    assert backend.number("good") == 7


FORGING = """
import json, os, stat, struct, sys, threading, time
def pipes():
    for fd in range(3, 64):
        try: found = stat.S_ISFIFO(os.fstat(fd).st_mode)
        except OSError: continue
        if found: yield fd
def write(data):
    for fd in pipes():
        try: os.write(fd, data)
        except OSError: pass
    return 1
def frame(header):
    text = json.dumps(header).encode()
    return struct.pack('<II', len(text), 0) + text
def passed(identity):
    return frame({'id': identity, 'is': 'trace', 'trace': {'seen': []}})
def identity():
    frame = sys._getframe()
    while type(frame.f_locals.get('identity')) is not dict: frame = frame.f_back
    return frame.f_locals['identity']['id']
def garbage(): return write(b'\\0' * 64)
def long(): return write(b'\\xff' * 64)
def guessed(): return write(passed('0' * 16))
def verdict(): return write(frame({'id': '0' * 16, 'is': 'pass'}))
def flood():
    while True: write(b' ' * 65536)
def stolen(): return write(passed(identity()))
def later():
    forged = passed(identity())
    threading.Timer(0.1, write, [forged]).start()
    return 1
def wait():
    time.sleep(0.3)
    return 1
"""


@pytest.mark.parametrize("name", ["garbage", "long", "guessed", "verdict", "flood"])
def test_a_forged_answer_is_nonsense(opened, name):
    """Whoever writes into the pipe does not know the id, and loses the worker."""
    backend = opened(FORGING, program_seconds=5)
    assert backend.ask(name).lost is Outcome.PROTOCOL
    assert backend.number("good") == 7


def test_an_answer_given_twice_is_found_out(opened):
    """A stolen id buys an answer that is the library's own; the true one is then one too many."""
    backend = opened(FORGING)
    assert backend.ask("stolen").trace == Trace()
    time.sleep(0.1)
    answer = backend.ask("good")
    assert (answer.lost, answer.trace) == (Outcome.PROTOCOL, None)
    assert backend.number("good") == 7


def test_an_answer_that_comes_late_is_nonsense(opened):
    """The id of the program before is no good for the next one."""
    backend = opened(FORGING)
    assert backend.number("later") == 1
    assert backend.ask("wait").lost is Outcome.PROTOCOL
    assert backend.number("good") == 7


def test_a_worker_that_dies_between_two_programs_costs_none(opened):
    """Nobody is to blame for what happens while nothing was asked."""
    backend = opened(
        "import os, threading\n"
        "def trap():\n    threading.Timer(0.05, os._exit, [1]).start()\n    return 1\n"
    )
    assert backend.number("trap") == 1
    time.sleep(0.3)
    assert backend.number("good") == 7


BREAKING = "import json\ndef bad():\n    json.loads = None\n    return 1\n"


def test_what_broke_our_own_code_does_not_reach_the_next_program(opened):
    """Where the worker itself raises after a library meddled, a fresh one is asked."""
    backend = opened(BREAKING)
    assert backend.number("bad") == 1
    assert backend.number("good") == 7


def test_what_broke_our_own_code_is_named(opened):
    """Whoever changes what the worker stands on is charged with what it then can't do."""
    answer = opened("import json\njson.loads = None\n").ask("good")
    assert answer.lost is Outcome.PROTOCOL
    assert answer.reason == "the library changed what the worker stands on: json.loads"


def test_where_our_own_code_raises_nothing_is_graded(opened, monkeypatch):
    """The fault is ours, so it is no verdict about the library."""
    source = source_of("gradmark_backends.worker")
    assert "        seed()\n" in source
    bundle = make_bundle({"gradmark_backends.worker": source.replace("  seed()\n", "  seed(1)\n")})
    monkeypatch.setattr(launch, "make_bundle", lambda: bundle)
    answer = opened().ask("good")
    assert answer.lost is Outcome.UNGRADED
    assert "TypeError" in answer.reason


def test_a_library_that_stays_when_the_host_is_killed_is_ended_by_the_system(opened):
    """The worker has a clock of its own, far behind the host's."""
    backend = opened(
        "import signal\ndef left(): return int(signal.getitimer(signal.ITIMER_REAL)[0])\n",
        program_seconds=3,
    )
    assert 3 * (1 + MOST) < backend.number("left") <= 20


def test_a_host_that_forgets_to_close_leaves_nothing_behind(opened, tmp_path):
    """Neither at its end nor when it ends by an exception."""
    (tmp_path / "mine.py").write_text(ADAPTER + "import os\nprint(os.getpid())\n")
    host = (
        "from gradmark_backends.backend import open_backend\n"
        "from gradmark_backends.plan import Plan\n"
        f"backend = open_backend(Plan('mine', 'adapter', 'mine:Mine', ({str(tmp_path)!r},)))\n"
        "print(backend._process.pid, backend._process.scratch)\n"
        "raise SystemExit(5)\n"
    )
    done = subprocess.run([sys.executable, "-c", host], capture_output=True, text=True, check=False)
    assert done.returncode == 5, done.stderr
    pid, scratch = done.stdout.split()
    assert gone(int(pid))
    assert not Path(scratch).exists()
