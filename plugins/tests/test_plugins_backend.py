"""Opening the library under test, and what is said where that can't be done."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from gradmark.errors import GradmarkError
from gradmark.verdict import Outcome
from gradmark_backends.backend import WorkerBackend, open_backend
from gradmark_backends.inprocess import InProcessBackend
from gradmark_backends.limits import limits
from gradmark_backends.plan import Plan
from gradmark_backends.resolve import resolve

OTHER_PYTHON = Path.home() / ".pyenv/versions/3.10.13/bin/python"

COUNTING = "import os\ncount = 0\ndef step():\n    global count\n    count += 1\n    return count\n"


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        ("import os; os._exit(0)", "import-crashed", "exit status 0"),
        ("import os; os.kill(os.getpid(), 11)", "import-crashed", "SIGSEGV"),
        ("while True: pass", "import-timeout", "no answer within 1 s"),
        ("raise RuntimeError('not today')", "import-failed", "mine can't be imported"),
        ("raise SystemExit(0)", "import-failed", "mine can't be imported"),
        ("raise KeyboardInterrupt", "import-failed", "mine can't be imported"),
        ("def f(:", "syntax-error", "mine can't be imported"),
        ("import no_such_module", "import-failed", "mine can't be imported"),
        ("del Mine", "no-adapter-object", "mine has no 'Mine'"),
        ("Mine = 3", "no-adapter-object", "mine:Mine is no adapter"),
    ],
)
def test_a_library_that_cant_be_opened_is_the_users_to_hear_of(opened, source, code, says):
    """It is a message with a code, and what the library printed or raised is in it."""
    with pytest.raises(GradmarkError) as caught:
        opened(f"print('hello')\n{source}\n", import_seconds=1)
    assert caught.value.code == code
    assert says in caught.value.message
    assert "Traceback" not in str(caught.value)


def test_a_failed_import_shows_the_librarys_own_frames(opened):
    """Where it happened, and nothing of ours."""
    with pytest.raises(GradmarkError) as caught:
        opened("def inner():\n    raise RuntimeError('not today')\ninner()\n")
    assert "in inner" in caught.value.cause
    assert "RuntimeError: not today" in caught.value.cause
    assert "gradmark" not in caught.value.cause


def test_a_library_that_only_opens_once_has_crashed(opened, tmp_path):
    """It may not be there now and then, where its answers are wrong."""
    backend = opened(COUNTING)
    backend.number("step")
    (tmp_path / "mine.py").write_text("raise RuntimeError\n")
    answer = backend.ask("step", fresh=True)
    assert answer.lost is Outcome.CRASH
    assert answer.reason.startswith("it could be opened before, and not again: mine")
    assert "mine can't be imported" in answer.reason


@pytest.mark.parametrize("isolation", [-1, 4, 7])
def test_a_level_that_there_is_not_is_refused(isolation):
    """Less is never given silently for more."""
    with pytest.raises(GradmarkError, match=f"level {isolation} .*no-such-isolation"):
        open_backend(Plan("mine", "module", "mine"), isolation=isolation)


def test_windows_is_refused_with_a_way_out(monkeypatch):
    """One sentence, and where it would work."""
    monkeypatch.setattr("gradmark_backends.backend.WINDOWS", True)
    with pytest.raises(GradmarkError, match="WSL"):
        WorkerBackend(Plan("mine", "module", "mine"))


@pytest.mark.parametrize("python", ["/no/such/python", "/dev/null"])
def test_an_interpreter_that_cant_be_started_is_refused(opened, python):
    """The path is named."""
    with pytest.raises(GradmarkError, match="no-python") as caught:
        opened(python=python)
    assert python in caught.value.message


def test_a_machine_without_a_temporary_folder_is_refused(opened, monkeypatch, tmp_path):
    """It is said what to set."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(GradmarkError, match="TMPDIR"):
        opened()


def test_an_interpreter_that_is_none_is_refused(opened):
    """A program that is no Python is called that, and what it was told is not shown."""
    for python in ("/bin/true", "/bin/ls"):
        with pytest.raises(GradmarkError, match="is no Python interpreter") as caught:
            opened(python=python)
        assert caught.value.cause == ""


def test_an_interpreter_that_is_too_old_is_told_so(opened, tmp_path):
    """Its version is named, not the syntax that it stumbled over, and what to type instead."""
    python = tmp_path / "python3.8"
    python.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "sys.version_info = (3, 8, 18)\n"
        "at = sys.argv.index('-c')\n"
        "code, sys.argv = sys.argv[at + 1], sys.argv[at:]\n"
        "exec(code, {'__name__': '__main__'})\n"
    )
    python.chmod(0o755)
    with pytest.raises(GradmarkError, match=r"Python 3\.8, and a worker needs 3\.10") as caught:
        opened(python=str(python))
    assert (caught.value.code, caught.value.cause) == ("old-python", "")
    assert caught.value.hint == "name a later one after --backend-python"


def test_another_interpreter_answers(opened):
    """The worker runs where the library's own dependencies are."""
    python = OTHER_PYTHON if OTHER_PYTHON.exists() else Path(sys.executable)
    backend = opened("import sys\ndef minor(): return sys.version_info[1]\n", python=str(python))
    assert backend.number("good") == 7
    assert backend.info.python.startswith(f"3.{backend.number('minor')}.")


def test_no_memory_limit_where_none_is_wanted():
    """Libraries that map a GPU's memory need all of the address space."""
    assert "RLIMIT_AS" in limits()
    assert "RLIMIT_AS" not in limits(None)


def test_in_process_the_exception_is_kept_for_a_debugger(opened):
    """Its innermost frame is the library's own, with its variables."""
    backend = opened(
        "def bad():\n    secret = 41\n    raise RuntimeError('no')\n",
        isolation=0,
        debug=True,
    )
    assert backend.ask("bad").trace.stop.message == "no"
    frame = backend.last_error.__traceback__
    while frame.tb_next:
        frame = frame.tb_next
    assert frame.tb_frame.f_locals == {"secret": 41}
    assert backend.number("good") == 7
    assert backend.last_error is None


def test_in_process_leaves_the_surroundings_as_they_were(opened, tmp_path):
    """The search path and the environment are the host's again when it is closed."""
    path, environment = list(sys.path), dict(os.environ)
    backend = opened(isolation=0, environment={"DEV": "PYTHON"})
    assert str(tmp_path) in sys.path
    assert os.environ["DEV"] == "PYTHON"
    assert (backend.number("good"), backend.info.isolation) == (7, 0)
    backend.close()
    assert (sys.path, dict(os.environ)) == (path, environment)


def test_in_process_another_interpreter_is_refused():
    """This process has one interpreter."""
    with pytest.raises(GradmarkError, match="isolation-python"):
        InProcessBackend(Plan("mine", "module", "mine", python="/usr/bin/other"))


def test_a_file_with_a_ready_adapters_name_is_pointed_at(tmp_path):
    """A user's own micrograd.py is no installed micrograd, and the way to ask it is named."""
    own = tmp_path / "micrograd.py"
    own.write_text("class Value: pass\n")
    plan = resolve("micrograd", rootdir=tmp_path, invocation_dir=tmp_path)
    with pytest.raises(GradmarkError, match="another-library") as caught:
        WorkerBackend(plan)
    assert caught.value.hint == f"--backend={own}"
