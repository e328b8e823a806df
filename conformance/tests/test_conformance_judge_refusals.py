"""Exceptions, refusals and controls: what tiny engines do, and the verdict that they deserve."""

from __future__ import annotations

from typing import Any

import pytest

from gradmark.behaviour import Chapter
from gradmark.judge import judge
from gradmark.library import alternative
from gradmark.replay import replay
from gradmark.verdict import Outcome

PASS, LENIENT, FAIL = Outcome.PASS, Outcome.LENIENT, Outcome.FAIL
MISSING, ERROR, MEMORY = Outcome.MISSING, Outcome.ERROR, Outcome.MEMORY

tiny = Chapter("refusals", "What the table needs")
REFUSES = alternative("refuses to change", predicate="refused")


@tiny.behaviour("gradient", "A product has a gradient")
def gradient(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    (x * 3).sum().backward()
    lib.observe("gradient", x.grad)


@tiny.behaviour("second", "A second backward raises")
def second(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    lib.observe("gradient", x.grad)
    with lib.raises("second backward"):
        y.backward()


@tiny.behaviour("second-or-sum", "A second backward raises, or adds")
def second_or_sum(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    with lib.raises("second", instead={"sum": alternative("the sum of both", 12.0)}):
        y.backward()
        lib.observe("sum", x.grad)


@tiny.behaviour("third", "The last of three backwards is the one that raises")
def third(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with lib.raises("no retained graph"):
        y.sum().backward(retain_graph=True)
        lib.observe("first gradient", x.grad)
        y.sum().backward()
        y.sum().backward()


@tiny.behaviour("earlier", "A leaf is refused, now or a step before")
def earlier(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    with lib.raises("the in-place addition", or_earlier=True):
        y = x * 1
        lib.observe("value", y)
        x += y


@tiny.behaviour("implicit", "A vector has no implicit gradient")
def implicit(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with lib.raises("backward of a vector", message="scalar outputs"):
        y.backward()


@tiny.behaviour("harmless", "A plain tensor changes in place, unless that is refused")
def harmless(lib):
    x = lib.tensor([1.0, 2.0])
    w = lib.tensor([1.0, 1.0], requires_grad=True)
    with lib.raises("the change", accept=[REFUSES]):
        x += 1
        lib.observe("changed", x)
        lib.observe("changed twice", x + x)
    (w * 3).sum().backward()
    lib.observe("gradient", w.grad)


@tiny.behaviour("controlled", "A sum is right where its parts are")
def controlled(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    lib.control("refusals.gradient", y)
    y.sum().backward()
    lib.observe("gradient", x.grad)


@tiny.behaviour("absent", "PyTorch has no such name")
def absent(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    with lib.raises("a name that is not there"):
        lib.observe("found", x.partial_derivative)
    lib.observe("value", x * 3)


@tiny.behaviour("keyword", "A misspelt keyword raises")
def keyword(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("sum", x.sum())
    with lib.raises("a keyword that is not there"):
        x.sum(axle=0)


@tiny.behaviour("trailing", "A gradient flows twice")
def trailing(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    lib.observe("gradient", x.grad)
    y.backward()


def nothing(lib):
    """The engine as it is."""


def put(**members):
    """An engine with other methods."""

    def oddity(lib):
        for name, member in members.items():
            setattr(lib.Tensor, name, member)

    return oddity


def raising(error):
    def method(self, *args, **kwargs):
        raise error

    return method


def refuses_with(error):
    """An engine that refuses a second backward in its own way."""

    def check(self):
        if self.freed:
            raise error

    return put(check=check)


def twice_what(share):
    """An engine that goes backward any number of times, and adds a share of the gradient."""

    def oddity(lib):
        def keep(self, g):
            self.shown = type(self)(g if self.shown is None else self.shown.data + share * g)

        put(check=lambda self: None, keep=keep)(lib)

    return oddity


def never_retains(lib):
    old = lib.Tensor.backward
    lib.Tensor.backward = lambda self, retain_graph=False: old(self)


def refuses_to_multiply(lib):
    old = lib.Tensor.__mul__

    def multiply(self, other):
        if self.requires_grad and not self.parents:
            raise ValueError("not with a leaf")
        return old(self, other)

    lib.Tensor.__mul__ = multiply


def late(lib):
    lib.Tensor.check = lambda self: None
    lib.Tensor.grad = property(raising(RuntimeError("two gradients")))


def once(lib):
    old = lib.Tensor.backward

    def backward(self):
        old(self)
        del lib.Tensor.backward

    lib.Tensor.backward = backward


def once_only():
    def backward(self, retain_graph=False):
        if self.freed:
            raise RuntimeError("only once")
        self.flow(self.data * 0 + 1, False)

    return backward


def ten_million(lib):
    lib.Tensor.sum = raising(ValueError("x" * 10_000_000))


class Silent(Exception):
    def __str__(self):
        raise KeyError("no message for you")


class Leaving(Exception):
    def __str__(self):
        raise SystemExit


class Unfinished(NotImplementedError):
    pass


class GraphError(RuntimeError):
    pass


def endless(self):
    return endless(self)


def wrong_product(lib):
    lib.Tensor.__mul__ = lambda self, other: self + other


def wrong_product_and_sum(lib):
    wrong_product(lib)
    lib.Tensor.sum = raising(ValueError("also wrong"))


def wrong_from_the_second_on(lib):
    def keep(self, g):
        self.shown = type(self)(g + 1)

    put(keep=keep, check=lambda self: None)(lib)


BACKWARD = "backward through the graph a second time"
ROWS: list[tuple[Any, ...]] = [
    ("as PyTorch", nothing, gradient, PASS, ""),
    ("an error of its own", put(sum=raising(ValueError("no"))), gradient, ERROR, "ValueError: no"),
    ("NotImplementedError", put(sum=raising(NotImplementedError)), gradient, MISSING, "NotImpl"),
    ("a kind of NotImplemented", put(sum=raising(Unfinished("soon"))), gradient, MISSING, "so"),
    ("MemoryError", put(sum=raising(MemoryError("full"))), gradient, MEMORY, "out of memory"),
    ("RecursionError", put(sum=endless), gradient, ERROR, "RecursionError"),
    ("SystemExit", put(sum=raising(SystemExit(0))), gradient, ERROR, "SystemExit"),
    ("KeyboardInterrupt", put(sum=raising(KeyboardInterrupt())), gradient, ERROR, "KeyboardInterr"),
    ("a message that raises", put(sum=raising(Silent())), gradient, ERROR, "its message raised K"),
    ("a message that leaves", put(sum=raising(Leaving())), gradient, ERROR, "raised SystemExit"),
    ("a message without end", ten_million, gradient, ERROR, "characters cut"),
    ("no retain_graph", lambda lib: setattr(lib.Tensor, "backward", lambda self: None), third,
     MISSING, "unexpected keyword"),
    ("accepts a second backward", put(check=lambda self: None), second, FAIL, "returned where"),
    ("refuses with another type", refuses_with(ValueError(BACKWARD)), second, LENIENT,
     "with ValueError, not with RuntimeError"),
    ("refuses with a type derived", refuses_with(GraphError(BACKWARD)), second, PASS, ""),
    ("refuses by assertion", refuses_with(AssertionError()), second, LENIENT, "AssertionError"),
    ("fails with AttributeError", refuses_with(AttributeError("saved")), second, ERROR, "accident"),
    ("fails with KeyError", refuses_with(KeyError("saved")), second, ERROR, "accident"),
    ("fails with IndexError", refuses_with(IndexError("pop")), second, ERROR, "accident"),
    ("refuses by leaving", refuses_with(SystemExit(1)), second, ERROR, "accident"),
    ("fails out of memory", refuses_with(MemoryError()), second, MEMORY, "out of memory"),
    ("has not written it yet", refuses_with(NotImplementedError()), second, MISSING, "lacks"),
    ("has no second backward", once, second,
     MISSING, "no attribute 'backward'"),
    ("refuses earlier", never_retains, third, ERROR, "raised earlier"),
    ("refuses later", late, second_or_sum, FAIL, "refused later"),
    ("refuses earlier, as it may", refuses_to_multiply, earlier, LENIENT, "with ValueError"),
    ("lacks what is before the refusal", lambda lib: delattr(lib.Tensor, "__mul__"), earlier,
     MISSING, "unsupported operand"),
    ("refuses with other words", put(backward=raising(RuntimeError("vectors"))), implicit, LENIENT,
     "the message lacks 'scalar outputs'"),
    ("the right sum instead", twice_what(1), second_or_sum, LENIENT, "the sum of both"),
    ("a wrong sum instead", twice_what(0), second_or_sum, FAIL, "neither refused nor"),
    ("refuses to change in place", put(__iadd__=raising(TypeError("immutable"))), harmless, LENIENT,
     "refuses to change"),
    ("fails to change in place", put(__iadd__=raising(KeyError("data"))), harmless, ERROR,
     "raised where PyTorch does not"),
    ("lacks a change in place", lambda lib: delattr(lib.Tensor, "__iadd__"), harmless, MISSING,
     "no in-place +="),
    ("changes in place wrongly", put(__iadd__=lambda self, other: self), harmless, FAIL, "2 of 2"),
    ("has what PyTorch lacks", put(partial_derivative=1.0), absent, FAIL, "returned where"),
    ("refuses what PyTorch lacks", put(partial_derivative=property(raising(AttributeError("no")))),
     absent, PASS, ""),
    ("refuses it otherwise", put(partial_derivative=property(raising(TypeError("no")))), absent,
     LENIENT, "with TypeError, not with AttributeError"),
    ("takes any keyword", put(sum=lambda self, **_: self.apply(self.data.sum())), keyword, FAIL,
     "returned where"),
    ("raises after all was seen", put(backward=once_only()), trailing, ERROR, "only once"),
    ("two bugs, the value is first", wrong_product_and_sum, controlled, FAIL, "2 of 2"),
    ("two bugs, the gradient is first", wrong_from_the_second_on, second, FAIL, "another number"),
]  # fmt: skip


@pytest.mark.parametrize("behaviour", tiny.behaviours.values(), ids=lambda b: b.id)
def test_the_engine_refuses_as_pytorch_does(behaviour, live, engine):
    """Whatever a row says, its oddity is the reason."""
    program = behaviour.program()
    found = judge(program, live.expected(program), replay(program, engine(nothing)))
    assert found.outcome is PASS, found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_refusal_gets_its_verdict(row, live, engine):
    """The table: an engine, a behaviour, a verdict and the words of its reason."""
    _, oddity, behaviour, outcome, words = row
    program = behaviour.program()
    found = judge(program, live.expected(program), replay(program, engine(oddity)))
    said = found.detail
    assert found.outcome is outcome, found
    assert words in f"{said.reason}; {said.observed}", found
    assert len(said.observed) < 4_000
