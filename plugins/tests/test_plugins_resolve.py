"""What --backend= may name, and what is said where it names nothing."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from gradmark.errors import GradmarkError
from gradmark_backends import resolve as module
from gradmark_backends.plan import Plan
from gradmark_backends.resolve import known_backends, resolve

ENGINE = "class Value:\n    def backward(self): ...\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A student's repository."""
    (tmp_path / "mylib.py").write_text(ENGINE, encoding="utf-8")
    (tmp_path / "pack/deep").mkdir(parents=True)
    for name in ("pack/__init__.py", "pack/deep/__init__.py", "pack/deep/engine.py"):
        (tmp_path / name).write_text(ENGINE, encoding="utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/hidden.py").write_text("raise SystemExit\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/notes.txt").write_text("", encoding="utf-8")
    return tmp_path


def plan(text: str, place: Path, **options: str) -> Plan:
    return resolve(text, rootdir=place, invocation_dir=place, **options)


def entries(monkeypatch: pytest.MonkeyPatch, *found: tuple[str, str]) -> None:
    points = [EntryPoint(name, value, "gradmark.backends") for name, value in found]
    monkeypatch.setattr(module, "entry_points", lambda group: points)


def test_a_ready_adapter_comes_first(place: Path) -> None:
    """A folder of that name does not get in its way."""
    (place / "micrograd").mkdir()
    found = plan("micrograd", place)
    assert (found.kind, found.target) == ("ready", "ready.micrograd:Micrograd")


def test_a_library_gets_its_environment(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the adapter asks for is set, unless the user has set it."""
    monkeypatch.setenv("PYTHON", "0")
    monkeypatch.delenv("DEV", raising=False)
    assert plan("tinygrad", place).environment == {"DEV": "PYTHON", "PYTHON": "0"}


def test_entry_points_come_second(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package may offer an adapter under a name."""
    entries(monkeypatch, ("mylib", "theirs:Adapter"))
    found = plan("mylib", place)
    assert (found.kind, found.target, found.name) == ("adapter", "theirs:Adapter", "mylib")
    assert ("mylib", "theirs:Adapter") in known_backends()


def test_two_backends_of_one_name_are_both_named(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is chosen silently."""
    entries(monkeypatch, ("both", "one:A"), ("both", "two:B"))
    with pytest.raises(GradmarkError) as error:
        plan("both", place)
    assert error.value.code == "two-backends"
    assert error.value.cause == "one:A\ntwo:B"
    assert error.value.exit_code == 4


@pytest.mark.parametrize(
    ("text", "kind", "target"),
    [
        ("mylib:Thing", "adapter", "mylib:Thing"),
        ("pack.deep.engine:Thing", "adapter", "pack.deep.engine:Thing"),
        ("mylib.py:Thing", "adapter", "mylib:Thing"),
        ("mylib", "module", "mylib"),
        ("pack.deep.engine", "module", "pack.deep.engine"),
        ("hidden", "module", "hidden"),
        ("json", "module", "json"),
    ],
)
def test_objects_and_modules(place: Path, text: str, kind: str, target: str) -> None:
    """They are looked for in the folders of the repository, and imported by nobody here."""
    found = plan(text, place)
    assert (found.kind, found.target) == (kind, target)
    assert "hidden" not in sys.modules


@pytest.mark.parametrize(
    ("text", "target", "first"),
    [
        ("mylib.py", "mylib.py", "."),
        ("./mylib.py", "mylib.py", "."),
        ("pack", "pack", "."),
        ("pack/deep", "pack/deep", "."),
        ("pack/deep/engine.py", "pack/deep/engine.py", "."),
        ("src", "src", "src"),
        (".", ".", "."),
    ],
)
def test_paths(place: Path, text: str, target: str, first: str) -> None:
    """A path's own folder leads the search path: that from which its package is imported."""
    found = plan(text, place)
    assert (found.kind, found.target) == ("path", str((place / target).resolve()))
    assert found.search_path[0] == str((place / first).resolve())


def test_the_search_path_is_in_order(place: Path) -> None:
    """The backend's folder, where the user is, rootdir, src, and our own packages."""
    (place / "below").mkdir()
    (place / "far").mkdir()
    (place / "far/engine.py").write_text(ENGINE, encoding="utf-8")
    found = resolve("../far/engine.py", rootdir=place, invocation_dir=place / "below")
    folders = [str(place / name) for name in ("far", "below", "", "src")]
    assert list(found.search_path[:4]) == [folder.rstrip("/") for folder in folders]
    assert all("-packages" in folder for folder in found.search_path[4:])


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("micrgrad", "unknown-backend", "did you mean micrograd"),
        ("mylob", "unknown-backend", "did you mean mylib"),
        ("mylob:Thing", "unknown-backend", "did you mean mylib"),
        ("pack.shallow", "unknown-backend", ""),
        ("no such thing", "unknown-backend", ""),
        ("", "unknown-backend", "name a ready adapter"),
        ("./mylub.py", "no-such-path", "did you mean mylib.py"),
        ("nowhere/at/all", "no-such-path", ""),
        ("empty", "no-python", "the folder or the file"),
        ("empty/notes.txt", "no-python", "a .py file"),
    ],
)
def test_what_is_not_there_is_said(place: Path, text: str, code: str, hint: str) -> None:
    """The error names what was tried and the nearest names, and is bad usage."""
    with pytest.raises(GradmarkError) as error:
        plan(text, place)
    assert error.value.code == code
    assert hint in error.value.hint
    assert error.value.exit_code == 4


def test_what_was_tried_is_listed(place: Path) -> None:
    """In the order in which it was tried, with every folder."""
    with pytest.raises(GradmarkError) as error:
        plan("nothing_like_it", place)
    lines = error.value.cause.splitlines()
    assert lines[1].startswith("a ready adapter: torch, micrograd")
    assert lines[2].startswith("an entry point of the group gradmark.backends: ")
    assert lines[3] == "a file or folder nothing_like_it"
    assert lines[4] == f"a module in {place}"


def test_another_interpreter_may_have_what_we_lack(place: Path) -> None:
    """A module that only the worker's interpreter can find is left to it."""
    found = plan("nothing_like_it", place, python="/opt/other/bin/python")
    assert (found.kind, found.python) == ("module", "/opt/other/bin/python")


@pytest.mark.parametrize(
    "text",
    ["mylib", "mylib:Adapter", "mylib.py", "mylib.py:Adapter", "tinygrad"],
)
def test_our_packages_do_not_reach_another_interpreter(place: Path, text: str) -> None:
    """Its own NumPy is found, and not ours, which may be built for another version of Python."""
    here = plan(text, place, python=sys.executable)
    there = plan(text, place, python="/opt/other/bin/python")
    ours = [folder for folder in here.search_path if "-packages" in folder]
    assert ours
    assert there.search_path == tuple(f for f in here.search_path if f not in ours)


def test_every_ready_adapter_has_a_line() -> None:
    """The names of the ready adapters come with a description."""
    known = dict(known_backends())
    assert {"torch", "micrograd", "mygrad", "tinygrad", "autograd", "smallpebble"} <= known.keys()
    assert known["micrograd"].startswith("micrograd: single numbers")
