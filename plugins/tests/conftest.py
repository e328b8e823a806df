"""What the tests of both hosts share."""

import shutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from gradmark.record import record
from gradmark_backends.backend import open_backend
from gradmark_backends.plan import Plan

pytest_plugins = "pytester"

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def tiny_host():
    """The module tiny_host, wherever the tests are run from."""
    found = spec_from_file_location("tiny_host", HERE / "tiny_host.py")
    module = module_from_spec(found)
    sys.modules["tiny_host"] = module
    found.loader.exec_module(module)
    return module


@pytest.fixture
def tiny(tiny_host, monkeypatch, tmp_path):
    """The tiny spec in the real one's place, and the folder of an engine with bugs."""
    tiny_host.install(monkeypatch.setattr)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mylib.py").write_text(tiny_host.WRONG, encoding="utf-8")
    (tmp_path / "right.py").write_text(tiny_host.RIGHT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def graded(pytester, tiny_host, monkeypatch):
    """A repository of a student's in which pytest grades the tiny spec, also under xdist."""
    tiny_host.install(monkeypatch.setattr)  # so that monkeypatch puts the real ones back
    shutil.copy(HERE / "tiny_host.py", pytester.path)
    # Hypothesis' plugin imports it anew in each of these runs, which takes longer than the run.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    # Most tests are about pytest; those about processes say --isolation=1.
    pytester.makeini("[pytest]\ngradmark_isolation = 0\n")
    pytester.makeconftest("import tiny_host\ntiny_host.install()\n")
    pytester.makepyfile(mylib=tiny_host.WRONG, right=tiny_host.RIGHT, hostile=tiny_host.HOSTILE)
    return pytester


ADAPTER = """\
from gradmark_backends import Adapter

class Mine(Adapter):
    name = module = "mine"

def good(): return 7

"""


class Opened:
    """A backend with the questions that tests ask it."""

    def __init__(self, backend):
        self.backend = backend

    def __getattr__(self, name):
        return getattr(self.backend, name)

    def ask(self, name, *args, fresh=False):
        """Ask for what a function of the library returns."""
        program = record(lambda lib: lib.observe("answer", getattr(lib, name)(*args)))
        return self.backend.ask(program, fresh=fresh)

    def value(self, name, *args, fresh=False):
        answer = self.ask(name, *args, fresh=fresh)
        assert answer.lost is None, answer
        assert answer.trace.stop is None, answer.trace.stop
        return answer.trace.seen[0].value

    def text(self, name, *args):
        return self.value(name, *args).text

    def number(self, name, *args, fresh=False):
        return int.from_bytes(self.value(name, *args, fresh=fresh).data, "little")


@pytest.fixture
def opened(tmp_path):
    """Open backends on libraries that are given as source; close them at the end."""
    backends = []

    def open_source(source="", *, environment=None, python="", isolation=1, **options):
        (tmp_path / "mine.py").write_text(ADAPTER + source)
        plan = Plan("mine", "adapter", "mine:Mine", (str(tmp_path),), environment or {}, python)
        backends.append(Opened(open_backend(plan, isolation=isolation, **options)))
        return backends[-1]

    yield open_source
    for backend in backends:
        backend.close()
    sys.modules.pop("mine", None)
