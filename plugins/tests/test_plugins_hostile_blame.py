"""Nobody gets away without a verdict: whose fault it is, a worker is not asked."""

import json

import pytest

from gradmark.errors import GradmarkError
from gradmark.verdict import Outcome

FORGING = """
import json, os, stat, struct, sys, time
def identity():
    frame = sys._getframe()
    while type(frame.f_locals.get('identity')) is not dict: frame = frame.f_back
    return frame.f_locals['identity']['id']
def forge(**said):
    text = json.dumps({'id': identity(), **said}).encode()
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode): os.write(fd, struct.pack('<II', len(text), 0) + text)
        except OSError: pass
    os.closerange(3, 64)
    time.sleep(60)
"""  # noqa: E501 - it is a library's code

BREAKING = {
    "json": "import json\njson.loads = None\n",
    "its reply": FORGING + "def good(): forge(**{'is': 'broken', 'text': 'a mistake of theirs'})\n",
    "builtins": "import builtins\ndef good():\n    builtins.len = None\n    return 7\n",
    "our modules": (
        "import sys\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.endswith('.trace'): module._value_to_wire = None\n"
    ),
}


@pytest.mark.parametrize("what", BREAKING)
def test_who_breaks_our_own_code_has_a_verdict(opened, what):
    """The worker says that our code raised, which a library that does nothing does not make it."""
    answer = opened(BREAKING[what]).ask("good")
    assert (answer.lost, answer.trace) in {(Outcome.PROTOCOL, None), (Outcome.CRASH, None)}
    assert "ungraded" not in answer.reason


def test_the_traceback_of_our_own_code_is_kept(opened):
    """It may be our mistake after all, and then somebody has to see it."""
    source = (
        "import sys\ndef watch(frame, event, arg):\n"
        "    if frame.f_code.co_name == 'trace_to_wire': raise ValueError('mine')\n"
        "def good():\n    sys.setprofile(watch)\n    return 7\n"
    )
    answer = opened(source).ask("good")
    assert answer.lost is Outcome.PROTOCOL
    assert answer.reason == "the library broke the worker's own code: ValueError: mine"
    assert "gradmark_backends/worker.py" in answer.output


@pytest.mark.parametrize(
    ("end", "lost"),
    [
        ("raise ImportError('not today')", Outcome.CRASH),
        ("os._exit(3)", Outcome.CRASH),
        ("os.closerange(3, 64)", Outcome.PROTOCOL),
        ("forge(**{'is': 'broken', 'text': ''})", Outcome.PROTOCOL),
        ("forge(**{'is': 'cannot-open', 'why': ['no-python', '', '', '']})", Outcome.PROTOCOL),
        ("forge(**{'is': 'cannot-open', 'why': ['no-walls', '', '', '']})", Outcome.PROTOCOL),
    ],
)
def test_who_opens_once_and_not_again_has_a_verdict(opened, tmp_path, end, lost):
    """A library can't make itself ungraded by being there now and then."""
    note = tmp_path / "note"
    backend = opened(
        f"{FORGING}\ndef bad():\n    open({str(note)!r}, 'w').close()\n    os._exit(1)\n"
        f"if os.path.exists({str(note)!r}): {end}\n"
    )
    assert backend.ask("bad").lost is Outcome.CRASH
    answer = backend.ask("good")
    assert answer.lost is lost
    assert answer.reason.startswith("it could be opened before, and not again")


def test_a_machine_that_gives_no_worker_is_no_fault_of_the_library(opened, monkeypatch):
    """There the run is worth nothing, and says so."""
    backend = opened("import os\ndef bad(): os._exit(1)\n")
    assert backend.ask("bad").lost is Outcome.CRASH

    def refuse(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    backend.drop_spare()
    assert backend.ask("good").lost is Outcome.UNGRADED


def test_a_library_does_not_speak_for_the_interpreter(opened):
    """The exit status of an interpreter that is too old is a crash like others once ours runs."""
    source = "import os, sys\nprint('Python 2.7')\nsys.stdout.flush()\nos._exit(78)\n"
    with pytest.raises(GradmarkError, match="import-crashed"):
        opened(source)


def test_a_library_does_not_speak_for_the_machine(opened):
    """That no walls can be raised is found out without it."""
    why = json.dumps(["no-walls", "no Landlock here", "", ""])
    with pytest.raises(GradmarkError, match="answered in our place"):
        opened(f"{FORGING}\nforge(**{{'is': 'cannot-open', 'why': {why}}})\n")


def test_an_answer_that_is_too_large_is_the_librarys(opened):
    """It is refused where it is read, in words that its author understands."""
    pytest.importorskip("numpy")
    answer = opened("import numpy\ndef big(): return numpy.zeros(9_000_000)\n").ask("big")
    assert answer.trace.stop.reason == "unreadable"
    assert "72000000 bytes" in answer.trace.stop.message


@pytest.mark.parametrize(
    "declared", ["only_dtype = 'float16'", "only_dtype = 'bool'", "scalar_shape = (2,)"]
)
def test_nobody_declares_a_wide_tolerance(opened, declared):
    """A convention that no library has would let wrong numbers pass."""
    with pytest.raises(GradmarkError, match="only_dtype is float32 or float64"):
        opened(f"Mine.{declared}\n")
