"""Time that grows with the number of inputs: a line of evidence, and no verdict."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradmark.growth import FEW, MANY, hints, products
from gradmark.journal import read, schema
from gradmark.session import Answer
from gradmark.trace import Trace
from gradmark.verdict import Outcome
from gradmark_backends.backend import open_backend
from gradmark_backends.forks import processor_seconds
from gradmark_backends.reach import obstacle
from gradmark_backends.resolve import resolve
from gradmark_cli import running
from gradmark_cli.main import main

REFERENCE = Path(__file__).parents[2] / "reference"
LEVELS = [level for level in (1, 2, 3) if not obstacle(level)]

MEASURED = """\
class Value:
    def __init__(self, data, rule=None, parents=()):
        self.data, self.grad = float(data), 0.0
        self.rule, self.parents = rule, parents

    def made(self, rule, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(rule(self.data, other.data), rule, (self, other))

    def __add__(self, other):
        return self.made(lambda a, b: a + b, other)

    def __mul__(self, other):
        return self.made(lambda a, b: a * b, other)

    __radd__, __rmul__ = __add__, __mul__

    def at(self, leaf, by):
        if self is leaf:
            return self.data + by
        return self.rule(*(p.at(leaf, by) for p in self.parents)) if self.rule else self.data

    def leaves(self):
        return {self} if not self.rule else {v for p in self.parents for v in p.leaves()}

    def backward(self):
        for leaf in self.leaves():
            leaf.grad += (self.at(leaf, 1e-5) - self.at(leaf, -1e-5)) / 2e-5
"""
LISTED = """\
class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents
        self.hand_on = lambda: None

    def made(self, data, other, mine, its):
        out = Value(data, (self, other))

        def hand_on():
            self.grad += mine * out.grad
            other.grad += its * out.grad

        out.hand_on = hand_on
        return out

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, other, 1.0, 1.0)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, other, other.data, self.data)

    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other):
        return self is other

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.hand_on()
"""
GRADED = """\
title = "Sums"
backend = "engine"
profile = "scalar"
isolation = 1

[[group]]
name = "Operators"
behaviours = ["operators.mul-grad", "backward.chain-rule"]
points = 2
"""


def hinted(target: str, folder: Path, level: int = 1) -> tuple[str, ...]:
    plan = resolve(target, rootdir=folder, invocation_dir=folder)
    with open_backend(plan, isolation=level) as backend:
        return hints(backend)


def can_be_timed() -> bool:
    return processor_seconds(os.getpid()) is not None


@pytest.mark.skipif(not can_be_timed(), reason="no clock of another process here")
@pytest.mark.parametrize("level", LEVELS)
def test_measured_slopes_take_longer_with_more_inputs(tmp_path: Path, level: int) -> None:
    """An engine of finite differences gets the sentence at every level, as a hint."""
    (tmp_path / "engine.py").write_text(MEASURED, encoding="utf-8")
    (said,) = hinted("engine", tmp_path, level)
    assert f"times as long with {MANY} inputs as with {FEW}" in said
    assert said.endswith("This is a hint and changes no verdict")


@pytest.mark.parametrize(
    "target",
    [
        "listed.py",
        str(REFERENCE / "demo/student_engine.py"),
        "gradmark_reference.model",
        "micrograd",
        "torch",
    ],
    ids=["a list of nodes", "demo", "model", "micrograd", "torch"],
)
def test_honest_engines_get_no_hint(tmp_path: Path, target: str) -> None:
    """Also one whose walk takes time by the square of its graph, which is alike in both."""
    (tmp_path / "listed.py").write_text(LISTED, encoding="utf-8")
    if target in {"micrograd", "torch"}:
        pytest.importorskip(target)
    assert hinted(target, tmp_path) == ()


def told(backend: Any) -> tuple[str, ...]:
    return hints(backend)


class Scripted:
    """A backend whose times are given."""

    def __init__(self, *times, answer=None):
        self.times, self.asked, self.clock, self.answer = list(times), 0, 0.0, answer

    def ask(self, program, *, fresh=False):
        self.clock += self.times[self.asked]
        self.asked += 1
        return self.answer or Answer(Trace(()))

    def spent(self):
        return self.clock


@pytest.mark.parametrize(
    ("times", "asked"),
    [
        ((0.01, 0.02), 2),
        ((0.01, 0.09, 0.01, 0.02), 4),
        ((0.01, 0.09, 0.01, 0.09, 0.01, 0.02), 6),
        ((0.0, 0.09), 2),
    ],
)
def test_one_ordinary_round_is_enough(times, asked):
    """One round in which the time does not grow ends it: a pause of the collector's is no hint."""
    backend = Scripted(*times)
    assert (told(backend), backend.asked) == ((), asked)


def test_grown_in_every_round():
    """The median is told; a slow one is asked no more than once."""
    assert " 9 times " in told(Scripted(0.01, 0.08, 0.01, 0.09, 0.01, 0.2))[0]
    slow = Scripted(0.3, 3.0)
    assert (" 10 times " in told(slow)[0], slow.asked) == (True, 2)


@pytest.mark.parametrize("lost", [Outcome.TIMEOUT, Outcome.CRASH])
def test_a_lost_worker_says_nothing(lost):
    """Nor does a backend that raises, or one that has no clock."""
    assert told(Scripted(0.01, 0.09, answer=Answer(None, lost))) == ()
    assert told(Scripted()) == ()
    assert told(object()) == ()


def test_the_programs_differ_in_their_inputs_alone():
    """Both compute and read the same number of times."""

    def counted(inputs):
        steps = [(s.op, s.name) for s in products(inputs).steps]
        made = [s for s in steps if s == ("call", "tensor")]
        return len(made), len(steps) - len(made)

    assert counted(FEW)[0] == FEW
    assert counted(MANY)[0] == MANY
    assert counted(FEW)[1] == counted(MANY)[1]


def test_a_hint_stands_beside_the_grade_and_changes_none(tmp_path, monkeypatch, capsys):
    """Journal, terminal and page have it; without an assignment nobody is timed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "engine.py").write_text(LISTED, encoding="utf-8")
    (tmp_path / "task.toml").write_text(GRADED, encoding="utf-8")

    def run(said, *options):
        monkeypatch.setattr(running, "hints", lambda backend: said)
        code = main(["run", "--reference=recorded", *options])
        return code, read(Path("gradmark-report/run.jsonl")), capsys.readouterr().out

    code, plain, out = run((), "--assignment=task.toml")
    assert "hint:" not in out
    assert "hints" not in Path("gradmark-report/run.jsonl").read_text().splitlines()[-1]
    again, told, out = run(("it <b>grew</b>",), "--assignment=task.toml")
    assert out.count("hint: it <b>grew</b>") == 1
    page = Path("gradmark-report/index.html").read_text()
    assert "Hints, on which no verdict rests" in page
    assert "it &lt;b&gt;grew&lt;/b&gt;" in page
    line = json.loads(Path("gradmark-report/run.jsonl").read_text().splitlines()[-1])
    assert line["hints"] == ["it <b>grew</b>"]
    pytest.importorskip("jsonschema").validate(line, schema())
    assert code == again
    assert [(e.id, e.outcome) for e in plain.entries] == [(e.id, e.outcome) for e in told.entries]
    assert replace(told.footer, hints=(), seconds=0) == replace(plain.footer, seconds=0)
    free = run(("it grew",), "--backend=engine", "--behaviour=backward.chain-rule")[1]
    assert free.footer.hints == ()
