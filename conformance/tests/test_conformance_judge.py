"""Tiny engines, each with one oddity, and the verdict that each deserves.

A row is a name, what is odd about the engine, the behaviour that it meets, and what is said about
it. The engine is put together anew for every row, so an oddity may bend whatever it likes.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gradmark.behaviour import Chapter
from gradmark.compare import Conventions
from gradmark.judge import judge
from gradmark.library import alternative
from gradmark.replay import replay
from gradmark.verdict import Outcome

PASS, LENIENT, FAIL = Outcome.PASS, Outcome.LENIENT, Outcome.FAIL
MISSING, ERROR, MEMORY = Outcome.MISSING, Outcome.ERROR, Outcome.MEMORY


tiny = Chapter("tiny", "What the table needs")
ZEROS = alternative("zeros for None", predicate="zeros")


@tiny.behaviour("gradient", "A product has a gradient")
def gradient(lib):
    x = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    loss = (3 * (lib.tensor([1.0, 2.0, 3.0]) * x)).sum()
    loss.backward()
    lib.observe("gradient", x.grad)


@tiny.behaviour("scalar", "A scalar has a value and a gradient")
def scalar(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (x * 6).backward()
    lib.observe("gradient", x.grad)


@tiny.behaviour("rank", "A gradient has rank 0")
def rank(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (x * 6).backward()
    lib.observe("gradient", x.grad, exact_shape=True)


@tiny.behaviour("none", "A fresh leaf has no gradient")
def none(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("before", x.grad)
    (x + x).sum().backward()
    lib.observe("after", x.grad)


@tiny.behaviour("none-or-zeros", "A fresh leaf has no gradient, or zeros")
def none_or_zeros(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("before", x.grad, accept=[ZEROS])
    (x + x).sum().backward()
    lib.observe("after", x.grad)


@tiny.behaviour("no-grad", "Recording stops inside no_grad alone")
def no_grad(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    with lib.no_grad():
        inside = x * 2
    lib.observe("inside", inside.requires_grad)
    after = x * 2
    lib.observe("after", after.requires_grad)


@tiny.behaviour("returns", "Backward returns None")
def returns(lib):
    x = lib.tensor(2.0, requires_grad=True)
    lib.observe("what backward returns", (x * x).backward())
    lib.observe("gradient", x.grad)


@tiny.behaviour("inplace", "A plain tensor changes in place")
def inplace(lib):
    x = lib.tensor([1.0, 2.0])
    x += 1
    lib.observe("changed", x)


@tiny.behaviour("hook", "A hook sees the gradient once")
def hook(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: lib.observe("seen", g))
    (x * 3).sum().backward()
    lib.observe("gradient", x.grad)


@tiny.behaviour("hooks", "Hooks run in the order in which the graph is walked")
def hooks(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * 3

    def look(g):
        lib.observe("seen", g)

    x.register_hook(look)
    y.register_hook(look)
    (y * 5).backward()
    lib.observe("gradient", x.grad)


@tiny.behaviour("unhooked", "A hook of an unused leaf is not called")
def unhooked(lib):
    x, idle = lib.tensor(2.0, requires_grad=True), lib.tensor(7.0, requires_grad=True)
    idle.register_hook(lambda g: lib.observe("seen by the idle", g))
    (x * x).backward()
    lib.observe("gradient", x.grad)


@tiny.behaviour("warning", "Reading the gradient of a product warns")
def warning(lib):
    y = lib.tensor(2.0, requires_grad=True) * 3
    with lib.warns("warnings"):
        unused = y.grad
    lib.observe("gradient", unused)


@tiny.behaviour("quiet", "Reading the gradient of a leaf is silent")
def quiet(lib):
    x = lib.tensor(2.0, requires_grad=True)
    with lib.warns("warnings"):
        unused = x.grad
    lib.observe("gradient", unused)


@tiny.behaviour("large", "Infinity stays infinite")
def large(lib):
    lib.observe("product", lib.tensor([1.0, 1e30]) * lib.tensor([1.0, 1e30]))


def nothing(lib):
    """The engine as it is."""


def wrong(change):
    """An engine that keeps something else than the gradient."""

    def oddity(lib):
        lib.Tensor.keep = lambda self, g: setattr(self, "shown", change(g, lib))

    return oddity


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


def lacking(*names):
    """An engine without some methods."""

    def oddity(lib):
        for name in names:
            delattr(lib.Tensor, name)

    return oddity


def stuck_no_grad(lib):
    @contextmanager
    def stuck():
        lib.Tensor.modes.recording = False
        yield

    lib.no_grad = stuck


def zeros(lib):
    old = lib.Tensor.__init__

    def init(self, data, *args, **kwargs):
        old(self, data, *args, **kwargs)
        self.shown = SimpleNamespace(data=np.zeros_like(self.data))

    put(__init__=init, grad=property(lambda self: self.shown.data))(lib)
    lib.Tensor.keep = lambda self, g: setattr(self.shown, "data", self.shown.data + g)


def one_element(lib):
    old = lib.Tensor.__init__
    lib.Tensor.__init__ = lambda self, data, *a, **k: old(self, np.atleast_1d(data), *a, **k)


def doubles(lib):
    old = lib.Tensor.__init__

    def init(self, data, *args, **kwargs):
        old(self, data, *args, **kwargs)
        self.data = np.asarray(data, np.float64)

    lib.Tensor.__init__ = init


def hook_times(times):
    def oddity(lib):
        lib.Tensor.register_hook = lambda self, hook: self.hooks.extend([hook] * times)

    return oddity


def leaves_first(lib):
    def flow(self, gradient, retain):
        for parent, rule in self.parents:
            parent.flow(rule(gradient), retain)
        for hook in self.hooks:
            hook(type(self)(gradient))
        self.keep(gradient)

    lib.Tensor.flow = flow


def warns_of(category):
    def grad(self):
        warnings.warn("hm", category, stacklevel=2)
        return self.shown

    return put(grad=property(grad))


def eager_hook(self, hook):
    hook(type(self)(0.0))


class Hostile(float):
    def __eq__(self, other):
        raise ValueError("who asks?")

    __hash__ = float.__hash__


ONE = Conventions(scalar_shape=(1,))
ROWS: list[tuple[Any, ...]] = [
    ("as PyTorch", nothing, gradient, PASS, ""),
    ("no sum", lacking("sum"), gradient, MISSING, "Tensor has no attribute 'sum'"),
    ("a sum that raises AttributeError", put(sum=raising(AttributeError("dim"))), gradient, ERROR,
     "AttributeError: dim"),
    ("no multiplication", lacking("__mul__", "__rmul__"), gradient, MISSING, "unsupported operand"),
    ("no reflected multiplication", lacking("__rmul__"), gradient, MISSING, "unsupported operand"),
    ("no multiplication yet", put(__mul__=raising(NotImplementedError("later")),
     __rmul__=raising(NotImplementedError("later"))), gradient, MISSING, "later"),
    ("a TypeError inside", put(sum=lambda self: abs(self.hooks)), gradient, ERROR, "TypeError"),
    ("no requires_grad", lambda lib: setattr(lib, "tensor", lambda data: data), gradient, MISSING,
     "unexpected keyword argument"),
    ("zeros for None", put(keep=lambda self, g: None, shown=None), none, FAIL, "None where"),
    ("zeros before", zeros, none, FAIL, "an array where None"),
    ("zeros where they may be", zeros, none_or_zeros, LENIENT, "zeros for None"),
    ("zeros of the wrong kind", put(grad=property(lambda self: False)), none_or_zeros, FAIL,
     "a truth value where None"),
    ("float64 only", doubles, gradient, PASS, ""),
    ("(1,) for scalars, declared", one_element, scalar, PASS, "", ONE),
    ("(1,) for scalars, undeclared", one_element, scalar, FAIL, "shape (1,) where ()"),
    ("(1,) where rank is the point", one_element, rank, FAIL, "shape (1,) where ()", ONE),
    ("no_grad never restores", stuck_no_grad, no_grad, FAIL, "False"),
    ("no_grad is missing", lambda lib: delattr(lib, "no_grad"), no_grad, MISSING, "no_grad"),
    ("no_grad is no context", lambda lib: setattr(lib, "no_grad", lambda: 1), no_grad, MISSING,
     "no context manager"),
    ("1 for True", put(requires_grad=property(lambda self: 1, lambda self, v: None)), no_grad, FAIL,
     "a number where a truth value"),
    (".grad raises", put(grad=property(raising(ValueError("not now")))), gradient, ERROR, "now"),
    ("backward returns something", put(backward=lambda self: 7), returns, FAIL, "where None"),
    ("no in-place addition", lacking("__iadd__"), inplace, MISSING, "no in-place +="),
    ("NaN", wrong(lambda g, lib: lib.Tensor(g * np.nan)), gradient, FAIL, "nan"),
    ("huge for infinite", put(__mul__=lambda self, other: type(self)([1.0, 3e38])), large, FAIL,
     "1 of 2 elements differ"),
    ("off by 1e-6", wrong(lambda g, lib: lib.Tensor(g * (1 + 1e-6))), gradient, PASS, ""),
    ("off by 1e-4", wrong(lambda g, lib: lib.Tensor(g * (1 + 1e-4))), gradient, FAIL,
     "3 of 3 elements differ, the first at index (0,)"),
    ("right numbers, wrong shape", wrong(lambda g, lib: lib.Tensor(g[None])), gradient, FAIL,
     "shape (1, 3) where (3,)"),
    ("transposed", wrong(lambda g, lib: lib.Tensor(g[::-1])), gradient, FAIL, "2 of 3"),
    ("too short", wrong(lambda g, lib: lib.Tensor(g[:2])), gradient, FAIL, "shape (2,) where (3,)"),
    ("nothing but its start", wrong(lambda g, lib: lib.Tensor(g[:0])), gradient, FAIL, "(0,)"),
    ("a list for a gradient", wrong(lambda g, lib: g.tolist()), gradient, PASS, ""),
    ("a ragged list", wrong(lambda g, lib: [[1.0], 2.0, 3.0]), gradient, FAIL, "a sequence where"),
    ("an int for a gradient", wrong(lambda g, lib: 6), scalar, PASS, ""),
    ("a bool for a gradient", wrong(lambda g, lib: g > 0), gradient, FAIL, "truth value where"),
    ("a text for a gradient", wrong(lambda g, lib: "6"), scalar, FAIL, "a text where a number"),
    ("a tensor in a tensor", wrong(lambda g, lib: nested(lib, g)), gradient, FAIL, "can't be read"),
    ("an array of objects", wrong(lambda g, lib: g.astype(object)), gradient, FAIL, "dtype object"),
    ("a hostile __eq__", wrong(lambda g, lib: Hostile(6.0)), scalar, PASS, ""),
    ("an endless list", wrong(lambda g, lib: endless()), scalar, FAIL, "can't be read"),
    ("a list without end", wrong(lambda g, lib: [0.0] * 20_000), scalar, FAIL, "20000 items"),
    ("the gradient is itself", wrong(lambda g, lib: lib), scalar, FAIL, "an object where a number"),
    ("no hook is ever called", hook_times(0), hook, FAIL, "never called"),
    ("hooks are called twice", hook_times(2), hook, FAIL, "called 2 times, not once"),
    ("hooks in another order", leaves_first, hooks, FAIL, "call 1 of 2"),
    ("hooks are called at once", put(register_hook=eager_hook), unhooked, FAIL,
     "called where PyTorch does not"),
    ("warns otherwise", warns_of(DeprecationWarning), warning, LENIENT, "another category"),
    ("does not warn", put(grad=property(lambda self: self.shown)), warning, FAIL, "silent where"),
    ("warns of everything", warns_of(UserWarning), quiet, FAIL, "warned where PyTorch is silent"),
]  # fmt: skip


def nested(lib, gradient):
    out = lib.Tensor(gradient)
    out.data = lib.Tensor(gradient)
    return out


def endless():
    out: list[Any] = []
    out.append(out)
    return out


@pytest.mark.parametrize("behaviour", tiny.behaviours.values(), ids=lambda b: b.id)
def test_the_engine_itself_is_as_pytorch(behaviour, live, engine):
    """Whatever a row says, its oddity is the reason."""
    program = behaviour.program()
    found = judge(program, live.expected(program), replay(program, engine(nothing)))
    assert found.outcome is PASS, found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_oddity_gets_its_verdict(row, live, engine):
    """The table: an engine, a behaviour, a verdict and the words of its reason."""
    _, oddity, behaviour, outcome, words, *conventions = row
    program = behaviour.program()
    observed = replay(program, engine(oddity))
    found = judge(program, live.expected(program), observed, *conventions)
    said = found.detail
    assert found.outcome is outcome, found
    assert words in f"{said.reason}; {said.observed}", found
    assert len(said.expected) + len(said.observed) < 4_000


def test_a_missing_name_is_shown_without_what_was_due(live, engine):
    """The line that needs the name is what helps; what was to be observed next is no help."""
    program = gradient.program()
    found = judge(program, live.expected(program), replay(program, engine(lacking("sum"))))
    assert (found.outcome, found.detail.label) == (MISSING, "")
    assert (found.detail.expected, found.detail.observed) == (
        "PyTorch has it",
        "Tensor has no attribute 'sum'",
    )
