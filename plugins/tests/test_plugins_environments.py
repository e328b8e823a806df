"""Environments of libraries: made once and whole, used by name, and honest about failures."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradmark.errors import GradmarkError
from gradmark_backends import environments, installing
from gradmark_backends.environments import STAMP, environment, interpreter, kind_of, make, whole
from gradmark_backends.ready import READY
from gradmark_backends.ready.micrograd import Micrograd
from gradmark_backends.resolve import resolve
from gradmark_cli.main import main

ENGINE = """
import os, sys
print("hello from the import")
os.write(1, b"and from below\\n")

class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))
    def backward(self, slope=1.0):
        self.grad += slope
        for parent, factor in self.parents:
            parent.backward(slope * factor)
"""


def nothing(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make micrograd's environment once, of a wheel of ours, with no network at all."""
    place = tmp_path_factory.mktemp("home")
    wheel = place / "micrograd-0.1.0-py3-none-any.whl"
    files = {
        "micrograd/__init__.py": "",
        "micrograd/engine.py": ENGINE,
        "micrograd-0.1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: micrograd\n"
        "Version: 0.1.0\n",
        "micrograd-0.1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            rows.append(f"{name},sha256={digest.rstrip(b'=').decode()},{len(text.encode())}")
        rows.append("micrograd-0.1.0.dist-info/RECORD,,")
        archive.writestr("micrograd-0.1.0.dist-info/RECORD", "\n".join(rows) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADMARK_HOME", str(place))
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(place))
        make("micrograd", nothing)
        yield place


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder of nothing, with that environment at hand."""
    monkeypatch.setenv("GRADMARK_HOME", str(made))
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take care that this interpreter has no library, even where it has."""
    monkeypatch.setattr("gradmark_backends.resolve._found", lambda *_: False)


@pytest.mark.usefixtures("absent")
def test_a_library_that_is_not_here_runs_in_its_environment(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name alone, with nothing of ours; what its import prints is no answer."""
    plan = resolve("micrograd", rootdir=home, invocation_dir=home)
    assert plan.python == str(home / "envs" / "micrograd" / "bin" / "python")
    assert plan.search_path == ()
    assert main(["smoke", "--backend=micrograd"]) == 0
    assert "FAIL" not in capsys.readouterr().out


def test_what_is_installed_here_is_used_here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own version comes first, and a named interpreter before everything."""
    monkeypatch.setattr("gradmark_backends.resolve._found", lambda *_: True)
    assert not resolve("micrograd", rootdir=home, invocation_dir=home).python
    named = resolve("micrograd", rootdir=home, invocation_dir=home, python="/other/python")
    assert named.python == "/other/python"


def test_made_is_made_and_listed_with_its_size(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second making does nothing; the list says version, Python, MiB and place."""
    monkeypatch.setattr(environments, "_fill", lambda *_: pytest.fail("it was made again"))
    assert main(["env", "micrograd"]) == 0
    assert main(["env", "--list"]) == 0
    shown = capsys.readouterr().out
    stamp = environment("micrograd").stamp
    assert stamp
    assert f"made: 0.1.0, Python {stamp.python}, {stamp.mebibytes} MiB" in shown
    assert f"{stamp.mebibytes} MiB in {home / 'envs'}" in shown
    assert "jax               not made (about 650 MiB)" in shown


@pytest.mark.usefixtures("absent")
@pytest.mark.parametrize(
    ("stamped", "state"),
    [(None, "half made"), ("{", "half made"), ({"requirements": ["micrograd==0.0.9"]}, "of other")],
)
def test_what_is_not_whole_is_not_used_and_made_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch, stamped: object, state: str
) -> None:
    """Without a stamp, with a torn one, or of other pins: recognised, said, and remade."""
    found = environment("micrograd")
    before = (found.folder / STAMP).read_text(encoding="utf-8")
    if stamped is None:
        (found.folder / STAMP).unlink()
    elif isinstance(stamped, dict):
        text = json.dumps({**json.loads(before), **stamped})
        (found.folder / STAMP).write_text(text, encoding="utf-8")
    else:
        (found.folder / STAMP).write_text(str(stamped), encoding="utf-8")
    said: list[str] = []
    monkeypatch.setattr(environments, "_fill", lambda *_: said.append("filled"))
    monkeypatch.setattr(environments, "_clear", lambda _: said.append("cleared"))
    try:
        assert found.state.startswith(state)
        assert whole("micrograd") is None
        monkeypatch.setitem(sys.modules, "micrograd", None)  # whatever is installed here
        with pytest.raises(GradmarkError, match="micrograd is not installed") as error:
            _open(home)
        assert error.value.hint.startswith("gradmark env micrograd, or ")
        make("micrograd", said.append)
    finally:
        (found.folder / STAMP).write_text(before, encoding="utf-8")
    assert said[0].startswith(f"removing the one that is {state}")
    assert said[1:] == ["cleared", "filled"]


def _open(home: Path) -> None:
    from gradmark_backends.backend import open_backend

    plan = resolve("micrograd", rootdir=home, invocation_dir=home)
    assert not plan.python
    open_backend(plan, isolation=0)


def test_a_failed_step_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stops it, also the user, no folder stays that could pass for an environment."""
    monkeypatch.setenv("GRADMARK_HOME", str(home / "other"))
    monkeypatch.setattr(environments, "_venv", lambda _, folder: folder.mkdir())

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(environments, "installed", stopped)
    with pytest.raises(KeyboardInterrupt):
        make("smallpebble", nothing)
    assert environment("smallpebble").state == "not made"


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
         "disk-full"),
        ("WARNING: Retrying ... NewConnectionError('...: Failed to establish a new connection')",
         "registry-unreachable"),
        ("ERROR: No matching distribution found for jax==99", "no-such-version"),
        ("error: subprocess-exited-with-error\nx gcc: not found", "not-installed"),
    ],
)  # fmt: skip
def test_why_pip_failed_is_said(tmp_path: Path, printed: str, code: str) -> None:
    """What pip prints last is the cause, and known causes have a code and a way out."""
    python = tmp_path / "python"
    quoted = printed.replace("'", "'\\''")
    python.write_text(f"#!/bin/sh\nprintf '%s\\n' '{quoted}'\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    with pytest.raises(GradmarkError) as error:
        installing.installed(python, ["jax==99"], nothing)
    assert error.value.code == code
    assert printed.splitlines()[-1] in error.value.cause


def test_a_real_pip_without_a_registry_is_understood(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pip's own words for a port that nobody listens at, and for a version that is not there."""
    python = environment("micrograd").python
    with pytest.raises(GradmarkError) as error:
        installing.installed(python, ["micrograd==99"], nothing)
    assert error.value.code == "no-such-version"
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setattr(installing, "PIP", ["--disable-pip-version-check", "--retries=1"])
    with pytest.raises(GradmarkError) as error:
        installing.installed(python, ["nosuch==1"], nothing)
    assert error.value.code == "registry-unreachable"


def test_too_little_disk_is_said_before_anything_is_made(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The need, the place and what is free are named; the next library is tried all the same."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 25 << 20))
    assert main(["env", "jax", "micrograd"]) == 4
    shown = capsys.readouterr()
    assert "needs about 650 MiB" in shown.err
    assert "has 25 MiB free [disk-full]" in shown.err
    assert "micrograd: 0.1.0" in shown.out
    assert environment("jax").state == "not made"


def test_an_import_that_fails_or_never_ends_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed library that does not import makes no environment."""

    class Broken(Micrograd):
        module = "no_such_module_of_ours"

    with pytest.raises(GradmarkError) as error:
        installing.imported(Path(sys.executable), Broken)
    assert error.value.code == "import-failed"
    assert "No module named 'no_such_module_of_ours'" in error.value.cause

    monkeypatch.setattr(installing, "IMPORT_SECONDS", 0.01)
    with pytest.raises(GradmarkError) as error:
        installing.imported(Path(sys.executable), Broken)
    assert error.value.code == "import-timeout"


def test_the_interpreter_that_pins_need_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in PATH that says it is that version; a shim without the version behind it is none."""
    shim = tmp_path / "python3.7"
    shim.write_text("#!/bin/sh\necho 'python3.7: command not found' >&2\nexit 127\n")
    right = tmp_path / "right" / "python3.7"
    right.parent.mkdir()
    right.write_text("#!/bin/sh\necho 3.7\n")
    shim.chmod(0o755)
    right.chmod(0o755)

    class Old(Micrograd):
        pythons = ("3.7",)

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GradmarkError, match=r"needs Python 3\.7, and this is"):
        interpreter(Old)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{right.parent}")
    assert interpreter(Old) == str(right)
    assert interpreter(Micrograd) == sys.executable


def test_a_misspelt_library_is_answered_with_its_neighbours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No name, nothing made."""
    assert main(["env", "tensorflwo"]) == 4
    assert "did you mean tensorflow" in capsys.readouterr().err


def test_removed_is_gone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Removing takes the folder away; a second time says that there was none."""
    target = environment("delgrada").folder
    target.mkdir(parents=True)
    assert main(["env", "--remove", "delgrada"]) == 0
    assert not target.exists()
    assert main(["env", "--remove", "delgrada"]) == 0
    assert capsys.readouterr().out == "delgrada: removed\ndelgrada: there was none\n"


def test_every_ready_adapter_pins_what_it_needs() -> None:
    """The first requirement has one version on each Python, and the size is named."""
    for name in READY:
        kind = kind_of(name)
        assert "==" in kind.requirements[0], name
        assert kind.mebibytes > 0, name
        assert kind.name == name
