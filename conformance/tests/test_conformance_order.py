"""Which programs are asked again, and when answers come and go."""

from __future__ import annotations

from typing import Any

import pytest

from gradmark.behaviour import Behaviour, Level, Spec
from gradmark.compare import Conventions
from gradmark.judge import judge
from gradmark.order import one_answer, one_question, order_matters, wavers
from gradmark.program import Program
from gradmark.record import record
from gradmark.replay import replay
from gradmark.session import Answer, BackendInfo, Session
from gradmark.surface import Surface
from gradmark.trace import Seen, Trace, Value
from gradmark.verdict import Outcome


def chain(lib: Any) -> None:
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x + x
    y.backward()
    lib.observe("gradient", x.grad)


def shared(lib: Any) -> None:
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    (y * y + y).backward()
    lib.observe("gradient", x.grad)


def forward(lib: Any) -> None:
    x = lib.tensor(3.0)
    y = x * x
    lib.observe("value", y + y)


def test_a_shared_value_makes_order_matter() -> None:
    """A computed value that goes into two others has to wait for both; a leaf does not."""
    assert order_matters(record(shared))
    assert not order_matters(record(chain))
    assert order_matters(record(chain), chains=True)


def test_without_backward_there_is_no_order() -> None:
    """Values are computed as they are written."""
    assert not order_matters(record(forward), chains=True)


@pytest.mark.parametrize(
    ("answers", "come_and_go"),
    [([], False), ([True] * 5, False), ([True, False, False], False), ([False, True], True)],
)
def test_answers_that_come_and_go(answers: list[bool], come_and_go: bool) -> None:
    """Wrong ever after is poison; right again is chance."""
    assert wavers(iter(answers)) is come_and_go


def by_turns(lib: Any) -> None:
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    (y * y).backward()
    lib.observe("gradient", x.grad)


class Turning:
    """A library in name whose answers follow a list."""

    info = BackendInfo("turning")

    def __init__(self, *rights: bool, steady: bool = False) -> None:
        self.rights = iter(rights)
        self.last = rights[-1]
        self.steady = steady
        self.asked: list[bool] = []

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        if program is one_question():
            return Answer(one_answer() if self.steady else Trace(()))
        self.asked.append(fresh)
        right = next(self.rights, self.last)
        return Answer(Trace((Seen(0, 5, Value("text", text="right" if right else "wrong")),)))

    def close(self) -> None:
        """Nothing to let go of."""


class Reference:
    answers, version, is_the_specs = "live", "0", True

    def expected(self, program: Program) -> Trace:
        return Trace((Seen(0, 5, Value("text", text="right")),))


@pytest.mark.parametrize(
    ("rights", "outcome", "asked"),
    [
        ((True,), Outcome.PASS, 7),
        ((True, True, False, True), Outcome.FAIL, 4),
        ((True, True, False), Outcome.PASS, 7),
        ((False,), Outcome.FAIL, 1),
    ],
)
def test_an_answer_that_comes_and_goes_is_wrong(
    rights: tuple[bool, ...], outcome: Outcome, asked: int
) -> None:
    """Right in some runs is a failure that says so; what is only poisoned by itself is not."""
    behaviour = Behaviour("a.b", "One", Level.MUST, "tensor", by_turns)
    backend = Turning(*rights)
    verdict = Session(Spec((behaviour,)), backend, Reference()).verdict("a.b")
    assert (verdict.outcome, len(backend.asked)) == (outcome, asked)
    told = verdict.detail.reason.startswith("differs from run to run")
    assert told is (outcome is Outcome.FAIL and any(rights))


def test_a_steady_library_is_asked_once() -> None:
    """One that answers alike in every graph walks in an order of its own choice."""
    behaviour = Behaviour("a.b", "One", Level.MUST, "tensor", by_turns)
    backend = Turning(True, False, steady=True)
    verdict = Session(Spec((behaviour,)), backend, Reference()).verdict("a.b")
    assert (verdict.outcome, len(backend.asked)) == (Outcome.PASS, 1)


def test_whoever_is_graded_is_asked_again() -> None:
    """Being steady in one question buys nobody a mark in another."""
    behaviour = Behaviour("a.b", "One", Level.MUST, "tensor", by_turns)
    backend = Turning(True, False, True, steady=True)
    verdict = Session(Spec((behaviour,)), backend, Reference(), graded=True).verdict("a.b")
    assert verdict.outcome is Outcome.FAIL


class Node:
    """A number whose backward goes through a set of all nodes below it."""

    walk: type[set[Any] | list[Any]] = set

    def __init__(self, value: float, parts: tuple[tuple[Node, float], ...] = ()) -> None:
        self.value, self.parts, self.grad = value, parts, 0.0

    def __add__(self, other: Node) -> Node:
        return type(self)(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, number: float) -> Node:
        return type(self)(self.value * number, ((self, number),))

    def backward(self) -> None:
        found: list[Node] = []

        def visit(node: Node) -> None:
            if node not in found:
                for part, _ in node.parts:
                    visit(part)
                found.append(node)

        visit(self)
        self.grad = 1.0
        for node in self.walk(reversed(found)):
            for part, factor in node.parts:
                part.grad += factor * node.grad


class Listed(Node):
    """The same, in the order that it takes."""

    walk = list


@pytest.mark.parametrize(("kind", "right"), [(Node, False), (Listed, True)])
def test_walking_a_set_is_not_steady(kind: type[Node], right: bool) -> None:
    """Addresses decide where a set begins, and twenty graphs have twenty sets of them."""

    def tensor(value: float, *, requires_grad: bool) -> Node:
        return kind(value)

    surface = Surface(type("Engine", (), {"tensor": staticmethod(tensor)}))
    program, expected = one_question(), one_answer()
    conventions = Conventions(dtype="float64")
    outcomes = {
        judge(program, expected, replay(program, surface), conventions).outcome.holds
        for _ in range(20)
    }
    assert outcomes == {right}
