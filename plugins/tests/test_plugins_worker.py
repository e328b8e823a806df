"""The worker process: what crosses its walls, and in what surroundings it runs."""

import os
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest

from gradmark.record import record
from gradmark.trace import Trace
from gradmark.verdict import Outcome
from gradmark_backends.bundle import TRAVELLERS, made_private, make_bundle


def test_a_program_is_answered(opened):
    """Values come back as they were observed, under the interpreter's own version."""
    backend = opened()
    assert backend.number("good") == 7
    assert backend.info.name == "mine"
    assert backend.info.isolation == 1
    assert backend.info.python == sys.version.split()[0]


def test_an_adapter_finds_one_gradmark_only(opened):
    """What an adapter imports is what its worker runs, though both have names of their own."""
    backend = opened(
        "import gradmark.surface, gradmark_backends.adapter\n"
        "from gradmark.surface import Surface\n"
        "def one(): return int(issubclass(Mine, Surface) and Adapter is "
        "gradmark_backends.adapter.Adapter)\n"
        "def private(): return Surface.__module__\n"
    )
    assert backend.number("one") == 1
    assert backend.text("private").startswith("_gm_")


def test_an_exception_has_the_librarys_frames_alone(opened):
    """The traceback begins in the library's own file."""
    stop = opened("def bad(): raise RuntimeError('no')\n").ask("bad").trace.stop
    assert (stop.reason, stop.message) == ("raised", "no")
    assert "mine.py" in stop.traceback
    assert "gradmark" not in stop.traceback


@pytest.mark.parametrize("error", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_what_would_end_an_interpreter_is_an_exception_like_others(opened, error):
    """A library that exits raises; the worker goes on."""
    backend = opened(f"def bad(): raise {error}('bye')\n")
    stop = backend.ask("bad").trace.stop
    assert (stop.reason, stop.names[0]) == ("raised", error)
    assert backend.number("good") == 7


def test_a_megabyte_printed_disturbs_nothing(opened):
    """The answer arrives, and the end of what was printed is kept for show."""
    backend = opened(
        "import sys\n"
        "def loud():\n"
        "    print('x' * 1_000_000)\n"
        "    print('last words', file=sys.stderr)\n"
        "    return 1\n"
    )
    answer = backend.ask("loud")
    assert answer.trace.seen[0].value.kind == "int"
    assert answer.output.endswith("x\nlast words\n")
    assert len(answer.output) < 5_000
    assert backend.ask("good").output == ""


def test_the_standard_descriptors_lead_to_the_output(opened):
    """Bytes written to 1 and 2 are output, and 0 is at its end."""
    backend = opened(
        "import os\n"
        "def raw():\n"
        "    os.write(1, b'one '); os.write(2, b'two')\n"
        "    return len(os.read(0, 10))\n"
    )
    answer = backend.ask("raw")
    assert answer.output == "one two"
    assert backend.number("raw") == 0


def test_a_stream_of_the_librarys_own_disturbs_nothing(opened):
    """A library may put anything into sys.stdout."""
    backend = opened("import sys\ndef bad():\n    sys.stdout = None\n    sys.stderr = 3\n")
    assert isinstance(backend.ask("bad").trace, Trace)
    assert backend.number("good") == 7


COUNTING = "import os\ncount = 0\ndef step():\n    global count\n    count += 1\n    return count\n"


def test_a_fresh_worker_has_run_nothing(opened):
    """Workers are kept from program to program, until a fresh one is wanted."""
    backend = opened(COUNTING)
    steps = [backend.number("step", fresh=fresh) for fresh in (False, False, True)]
    assert steps == [1, 2, 1]
    assert backend.number("step") == 2


def test_a_worker_that_has_run_nothing_is_fresh(opened):
    """The first program of all costs no second worker."""
    backend = opened("import os\ndef pid(): return os.getpid()\n")
    before = backend._process.pid
    assert backend.number("pid", fresh=True) == before


def test_a_program_that_was_begun_is_run_once(opened):
    """What is asked for after it was begun is answered by that one run."""
    backend = opened(COUNTING)
    program = record(lambda lib: lib.observe("n", lib.step()))
    backend.begin(program)
    value = backend.backend.ask(program).trace.seen[0].value
    assert int.from_bytes(value.data, "little") == 1
    assert backend.number("step") == 2


def test_what_nobody_asks_for_leaves_nothing_behind(opened):
    """A program that was begun in vain costs its worker, and changes no answer."""
    backend = opened(COUNTING)
    program = record(lambda lib: lib.observe("n", lib.step()))
    assert backend.number("step") == 1
    for fresh in (False, True):
        backend.begin(program)
        assert backend.number("step", fresh=fresh) == 1


def test_whoever_dies_of_what_was_begun_is_told_when_it_is_asked(opened):
    """The verdict goes to the program that was begun, whenever its turn comes."""
    backend = opened("import os\ndef die(): os._exit(7)\n")
    program = record(lambda lib: lib.observe("n", lib.die()))
    backend.begin(program)
    assert backend.number("good") == 7
    backend.begin(program)
    answer = backend.backend.ask(program)
    assert (answer.lost, answer.reason) == (Outcome.CRASH, "the process ended with exit status 7")
    assert backend.number("good") == 7


DRAWING = """
import random
def roll(): return int(random.random() * 2**40)
"""


def test_draws_are_the_same_for_every_program(opened):
    """Seeds are set before each, in every worker and in process."""
    backend = opened(DRAWING)
    first, second, third = (backend.number("roll", fresh=fresh) for fresh in (False, False, True))
    assert first == second == third
    assert opened(DRAWING, isolation=0).number("roll") == first


SPOILING = """
import decimal, os, sys, threading, warnings, zlib
import numpy as np

def state():
    seen = (
        np.geterr(), np.get_printoptions()["precision"], decimal.getcontext().prec,
        os.environ.get("OMP_NUM_THREADS"), os.getcwd() == "/", threading.active_count(),
        any(action == "error" for action, *_ in warnings.filters), sys.getswitchinterval(),
    )
    return zlib.crc32(repr(seen).encode())

def spoil():
    np.seterr(all="raise")
    np.set_printoptions(precision=2)
    decimal.getcontext().prec = 3
    os.environ["OMP_NUM_THREADS"] = "77"
    os.chdir("/")
    warnings.simplefilter("error")
    sys.setswitchinterval(1)
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return 1
"""


def test_what_a_library_sets_for_its_whole_process_ends_with_it(opened):
    """Neither a fresh worker nor the grader's own process has it."""
    backend = opened(SPOILING)
    ours = (np.geterr(), os.environ.get("OMP_NUM_THREADS"), Path.cwd(), list(warnings.filters))
    before = backend.number("state")
    assert backend.number("spoil") == 1
    assert backend.number("state") != before
    assert backend.number("state", fresh=True) == before
    after = (np.geterr(), os.environ.get("OMP_NUM_THREADS"), Path.cwd(), list(warnings.filters))
    assert after == ours


def test_warnings_are_heard_only_where_a_program_listens(opened):
    """Outside they are not printed either."""
    backend = opened("import warnings\ndef warn(): warnings.warn('careful')\n")

    def body(lib):
        lib.warn()
        with lib.warns("warned"):
            lib.warn()

    answer = backend.backend.ask(record(body))
    assert [item.text for item in answer.trace.seen[0].value.items] == ["careful"]
    assert answer.output == ""


SURROUNDINGS = """
import os, sys, resource, tempfile, importlib
def folder(): return os.getcwd()
def variable(name): return os.environ.get(name, 'nothing')
def temporary(): return tempfile.gettempdir()
def flags(): return f'{sys.flags.isolated}{sys.flags.no_user_site}'
def path(): return os.pathsep.join(sys.path)
def core(): return resource.getrlimit(resource.RLIMIT_CORE)[1]
def session(): return int(os.getsid(0) == os.getpid())
def where(name): return importlib.import_module(name).__file__
"""


def test_a_worker_has_surroundings_of_its_own(opened, monkeypatch, tmp_path):
    """Own folder, home and session; of the user's environment only what is on the list."""
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    backend = opened(SURROUNDINGS, environment={"DEV": "PYTHON"})

    def variable(name):
        return backend.text("variable", name)

    scratch = backend.text("folder")
    assert scratch == os.path.realpath(backend._process.scratch)
    assert scratch not in {str(Path.cwd()), str(tmp_path)}
    assert variable("HOME") == variable("TMPDIR") == str(backend._process.scratch)
    assert backend.text("temporary") == str(backend._process.scratch)
    assert variable("SECRET_TOKEN") == variable("PYTHONPATH") == "nothing"
    assert (variable("DEV"), variable("OMP_NUM_THREADS")) == ("PYTHON", "1")
    assert backend.text("flags") == "11"
    assert backend.number("core") == 0
    assert backend.number("session") == 1


def test_the_search_path_is_behind_the_standard_library_alone(opened, tmp_path):
    """A neighbour of the library is found; one that is called like Python's own is not."""
    (tmp_path / "neighbour.py").write_text("")
    (tmp_path / "colorsys.py").write_text("")
    (tmp_path / "pytest.py").write_text("")
    backend = opened(SURROUNDINGS)
    entries = backend.text("path").split(os.pathsep)
    assert "" not in entries
    assert str(tmp_path) in entries
    assert backend.text("where", "neighbour") == str(tmp_path / "neighbour.py")
    assert backend.text("where", "pytest") == str(tmp_path / "pytest.py")
    assert backend.text("where", "colorsys") != str(tmp_path / "colorsys.py")


def test_descriptors_and_processes_are_given_back(opened):
    """A run of many workers ends with as many descriptors as it began with."""
    backend = opened(COUNTING)
    backend.ask("step", fresh=True)
    backend.ask("step", fresh=True)
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        backend.ask("step", fresh=True)
    assert len(list(Path("/dev/fd").iterdir())) == before


def scratches():
    return set(Path(tempfile.gettempdir()).glob("gradmark-*"))


def test_nothing_is_left_behind(opened, monkeypatch, tmp_path):
    """Folders are gone and processes reaped, also those of a library that locks its folder."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    backend = opened(
        "import os\n"
        "def lock():\n"
        "    os.makedirs('deep/er'); open('deep/er/file', 'w').close()\n"
        "    os.symlink('/', 'deep/root'); os.chmod('deep', 0); os.chmod('.', 0)\n"
        "    return os.getpid()\n"
    )
    pid = backend.number("lock")
    backend.ask("lock", fresh=True)
    assert len(scratches()) == 2  # the worker's and a spare one's
    backend.close()
    backend.close()
    assert scratches() == set()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_what_travels_needs_no_site_packages(opened, tmp_path):
    """An interpreter with the standard library alone opens a library and answers."""
    python = tmp_path / "bare"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    assert opened(python=str(python)).number("good") == 7


def test_nothing_that_travels_calls_us_by_our_public_name():
    """The library under test may have a module of that name."""
    bundle = make_bundle()
    assert set(TRAVELLERS) <= set(bundle.modules)
    assert "gradmark_backends.ready.micrograd" in TRAVELLERS
    assert not [
        name
        for name, (_, source) in bundle.modules.items()
        if any(line.lstrip().startswith("from gradmark") for line in source.splitlines())
    ]
    assert make_bundle().private != bundle.private


def test_an_import_that_cant_be_made_private_is_refused():
    """``import gradmark.trace`` binds a name that the worker does not have."""
    assert (
        made_private("from gradmark.trace import cut", "_p") == "from _p.gradmark.trace import cut"
    )
    assert made_private("from gradmarks import x", "_p") == "from gradmarks import x"
    with pytest.raises(ValueError, match="can't travel"):
        made_private("x = 1\nimport gradmark.trace\n", "_p")
