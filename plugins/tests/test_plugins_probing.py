"""Opening by convention survives whatever an engine does when it is tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends.backend import open_backend
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen
from gradmark_backends.resolve import resolve
from gradmark_cli.main import main
from gradmark_reference.live import Live

ENGINE = """
class Rude(Exception):
    def __str__(self):
        raise SystemExit(3)


class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def __add__(self, other):
        return Value(self.data + getattr(other, "data", other))

    def __mul__(self, other):
        return Value(self.data * getattr(other, "data", other))

    def backward(self):
        raise {raised}
"""


@pytest.mark.parametrize("raised", ["SystemExit(0)", "KeyboardInterrupt", "Rude()"])
def test_a_backward_that_leaves_is_a_verdict(tmp_path: Path, raised: str) -> None:
    """What leaves the process when it is tried is judged as an error, and the run goes on."""
    (tmp_path / "rude.py").write_text(ENGINE.format(raised=raised), encoding="utf-8")
    plan = resolve("rude", rootdir=tmp_path, invocation_dir=tmp_path)
    with open_backend(plan) as backend:
        session = Session(load_spec(), backend, Live())
        found = session.verdict("operators.mul-grad")
    assert found.outcome is Outcome.ERROR
    assert found.detail.error in {"SystemExit", "KeyboardInterrupt", "Rude"}


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ("import ctypes; ctypes.string_at(0)", Outcome.CRASH),
        ("import os; os._exit(0)", Outcome.CRASH),
        ("while True: pass", Outcome.TIMEOUT),
    ],
)
def test_a_backward_that_kills_costs_a_program(tmp_path: Path, does: str, outcome: Outcome) -> None:
    """An engine whose backward takes the worker with it is opened all the same, and judged."""
    code = ENGINE.format(raised="ValueError").replace("raise ValueError", does)
    (tmp_path / "rude.py").write_text(code, encoding="utf-8")
    plan = resolve("rude", rootdir=tmp_path, invocation_dir=tmp_path)
    with open_backend(plan, import_seconds=3.0, program_seconds=1.0) as backend:
        session = Session(load_spec(), backend, Live())
        assert session.verdict("operators.mul-grad").outcome is outcome
        assert "backward was not tried" in " ".join(backend.info.recognised)


BESIDE = """
class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other):
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))


def check_gradient(value):
    value.grad = 5.0


def {name}(value, slope=1.0):
    value.grad {adds} slope
    for parent, local in value.parents:
        {name}(parent, slope * local)
"""


@pytest.mark.parametrize(
    ("name", "adds", "said"),
    [
        ("compute_gradients", "+=", "backward: compute_gradients(y)"),
        ("run_backward", "=", "x*x + x at 3 went wrong: the gradient became 1"),
    ],
)
def test_a_function_goes_backward(tmp_path: Path, name: str, adds: str, said: str) -> None:
    """A function beside a class is its way back; named as one, its wrong number is charged."""
    (tmp_path / "beside.py").write_text(BESIDE.format(name=name, adds=adds), encoding="utf-8")
    _, opened = open_plan(resolve(str(tmp_path), rootdir=tmp_path, invocation_dir=tmp_path))
    assert said in opened.recognised
    assert f"backward: {name}(y)" in opened.recognised


@pytest.mark.parametrize(("name", "adds"), [("gradients", "-="), ("zero_grad", "+=")])
def test_a_function_that_proves_nothing_is_none(tmp_path: Path, name: str, adds: str) -> None:
    """What is not called a way back has to give 7, and what clears is not tried at all."""
    (tmp_path / "beside.py").write_text(BESIDE.format(name=name, adds=adds), encoding="utf-8")
    with pytest.raises(CannotOpen) as error:
        open_plan(resolve(str(tmp_path), rootdir=tmp_path, invocation_dir=tmp_path))
    assert error.value.code == "not-recognised"


def test_a_file_named_as_a_module_of_pythons(tmp_path: Path) -> None:
    """The user's own queue.py is meant, and not Python's."""
    code = ENGINE.format(raised="ValueError")
    (tmp_path / "queue.py").write_text(code, encoding="utf-8")
    plan = resolve("queue", rootdir=tmp_path, invocation_dir=tmp_path)
    with open_backend(plan) as backend:
        assert backend.info.where == str(tmp_path / "queue.py")


def test_a_folder_is_no_journal(capsys: pytest.CaptureFixture[str]) -> None:
    """Asked for the report of a folder, the command says what is wrong, without a traceback."""
    assert main(["report", "."]) == 4
    assert "broken-journal" in capsys.readouterr().err
