"""Whose fault it is: whole runs of small engines, from a program to the root that is blamed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest

from gradmark.behaviour import Chapter, Spec
from gradmark.library import alternative
from gradmark.program import Program
from gradmark.replay import replay
from gradmark.session import Answer, BackendInfo, Session
from gradmark.surface import Surface

run = Chapter("run", "What the runs need")
ZEROS = alternative("zeros for None", predicate="zeros")


@run.behaviour("product", "A product has a value")
def product(lib):
    lib.observe("value", lib.tensor([1.0, 2.0]) * lib.tensor([3.0, 5.0]))


@run.behaviour("total", "A sum has a value", after=["run.product"])
def total(lib):
    x = lib.tensor([1.0, 4.0]) * 3
    lib.control("run.product", x)
    lib.observe("value", x.sum())


@run.behaviour("fresh", "A fresh leaf has no gradient")
def fresh(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("before", x.grad, accept=[ZEROS])
    lib.observe("tracked", x.requires_grad)


@run.behaviour("gradient", "A sum of products has a gradient", after=["run.total"])
def gradient(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    lib.control("run.fresh", x.grad, accept=[ZEROS])
    y = (x * 3).sum()
    lib.control("run.total", y)
    y.backward()
    lib.observe("gradient", x.grad)


@run.behaviour("no-grad", "Nothing is tracked inside no_grad")
def no_grad(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("before", (x * 3).requires_grad)
    with lib.no_grad():
        y = x * 3
    lib.observe("inside", y.requires_grad)


@run.behaviour("tracked", "A product is tracked")
def tracked(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("tracked", (x * 3).requires_grad)


SPEC = Spec(tuple(run.behaviours.values()))


class InProcess:
    """A backend in this process: a fresh worker is an engine made anew."""

    info = BackendInfo("tiny")

    def __init__(self, make: Callable[[], Surface]) -> None:
        self.make = make
        self.surface = make()

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        if fresh:
            self.surface = self.make()
        return Answer(replay(program, self.surface))

    def close(self) -> None:
        """Nothing to let go of."""


def nothing(lib):
    """The engine as it is."""


def wrong_product(lib):
    lib.Tensor.__mul__ = lib.Tensor.__rmul__ = lambda self, other: self + other


def no_product(lib):
    del lib.Tensor.__mul__, lib.Tensor.__rmul__


def no_sum(lib):
    del lib.Tensor.sum


def wrong_where_tracked(lib):
    """Its products go wrong as soon as a gradient is wanted."""
    old = lib.Tensor.__mul__

    def multiply(self, other):
        return old(self, other) if not self.requires_grad else old(self, other) + 1

    lib.Tensor.__mul__ = multiply


def zeros(lib):
    old = lib.Tensor.__init__

    def init(self, *args, **kwargs):
        old(self, *args, **kwargs)
        self.shown = None if self.parents else type("Zeros", (), {"data": self.data * 0})()

    lib.Tensor.__init__ = init
    lib.Tensor.grad = property(lambda self: self.shown and self.shown.data)


def no_backward(lib):
    del lib.Tensor.backward


def two_bugs(lib):
    wrong_product(lib)
    lib.Tensor.grad = property(lambda self: 7.0)


def stuck(lib):
    @contextmanager
    def no_grad():
        lib.Tensor.modes.recording = False
        yield

    lib.no_grad = no_grad


BLOCKED = ("blocked", "run.product")
GOOD = {b.id: ("pass", "") for b in SPEC}
ROWS: list[tuple[Any, ...]] = [
    ("as PyTorch", nothing, {}),
    ("the owner fails", wrong_product, {
        "product": ("fail", ""), "total": BLOCKED, "gradient": BLOCKED,
    }),
    ("the owner is missing", no_product, {
        "product": ("missing", ""), "total": BLOCKED, "gradient": BLOCKED,
        "no-grad": ("missing", ""), "tracked": ("missing", ""),
    }),
    ("the middle of the chain", no_sum, {
        "total": ("missing", ""), "gradient": ("blocked", "run.total"),
    }),
    ("the owner passes, the control is wrong", wrong_where_tracked, {"gradient": ("fail", "")}),
    ("the owner is lenient, so is the control", zeros, {"fresh": ("lenient", "")}),
    ("its own fault", no_backward, {"gradient": ("missing", "")}),
    ("two bugs, two roots", two_bugs, {
        "product": ("fail", ""), "total": BLOCKED, "fresh": ("fail", ""),
        "gradient": ("blocked", "run.fresh"),
    }),
    ("a leak", stuck, {}),
]  # fmt: skip


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_engine_has_its_roots(row, backwards, live, engine):
    """The table: an engine, and what is said about the behaviours that it does not pass."""
    _, oddity, deviations = row
    session = Session(SPEC, InProcess(lambda: engine(oddity)), live)
    order = [b.id for b in SPEC]
    verdicts = [session.verdict(i) for i in (order[::-1] if backwards else order)]
    found = {v.id: (v.outcome.value, v.root) for v in verdicts}
    assert found == GOOD | {f"run.{slug}": said for slug, said in deviations.items()}


def test_a_leak_is_named(live, engine):
    """The engine whose no_grad never ends poisons what comes next, and is told so."""
    session = Session(SPEC, InProcess(lambda: engine(stuck)), live)
    notes = {v.id: v.note for v in session.run() if v.note}
    assert list(notes) == ["run.tracked"]
    assert notes["run.tracked"].startswith("run.no-grad left something behind")
