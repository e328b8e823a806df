"""What the tests of both hosts share."""

import shutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

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
    pytester.makeini("[pytest]\n")
    pytester.makeconftest("import tiny_host\ntiny_host.install()\n")
    pytester.makepyfile(mylib=tiny_host.WRONG, right=tiny_host.RIGHT, hostile=tiny_host.HOSTILE)
    return pytester
