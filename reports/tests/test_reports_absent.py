"""What is missing is told as an absence: what to add, in the library's own names."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gradmark.journal import Run
from gradmark.raised import stopped
from gradmark.surface import Missing, Surface
from gradmark.verdict import Detail, Outcome, Verdict
from gradmark_reports.absent import advice
from gradmark_reports.terminal import failure_text


class Value:
    """An engine that has next to nothing."""

    def backward(self) -> None:
        pass

    def total(self, axis: int) -> None:
        raise NotImplementedError

    def __sub__(self, other: object) -> object:
        return Value() if isinstance(other, Value) else NotImplemented


X = Value()


def ask(**what: tuple[Any, ...]) -> Callable[[Surface], object]:
    ((name, args),) = what.items()
    return lambda surface: getattr(surface, name)(*args)


ASKED = [
    (ask(unary=("neg", X)), "Value for __neg__"),
    (ask(binary=("mul", X, X)), "Value for a __mul__, and"),
    (ask(binary=("sub", X, 2)), "Value for a __sub__ that takes a plain int"),
    (ask(binary=("mul", 2, X)), "then Value for __rmul__"),
    (ask(binary=("pow", X, 2)), "__pow__"),
    (ask(binary=("gt", X, 2.0)), "__gt__"),
    (ask(binary=("mul", None, X)), "asked of None: what made that gives nothing back"),
    (ask(inplace=("add", X, 1)), "Without __iadd__, x += … gives the name a new Value"),
    (ask(getattr=(X, "exp")), "Value has no exp: write it as a method"),
    (ask(getattr=(1.0, "exp")), "asked of a float, where PyTorch has a tensor"),
    (ask(symbol=("no_grad",)), "There is no no_grad in module operator: write it there"),
    (
        ask(method=(X, "backward", (), {"retain_graph": True})),
        "Value.backward takes no retain_graph",
    ),
    (ask(method=(X, "backward", (X,), {})), "Value.backward takes no such argument"),
    (ask(method=(X, "total", (), {})), "Value.total wants what PyTorch's does not"),
    (ask(method=(X, "total", (0,), {})), "left to be written"),
    (ask(index=(X, 0)), "Value for __getitem__"),
    (ask(setindex=(X, 0, 1.0)), "Value for __setitem__"),
]


def lacks(asked: Callable[[Surface], object]) -> str:
    """Return how a replay writes down what is absent."""
    try:
        asked(Surface(operator))
    except Exception as error:
        found = error if isinstance(error, (Missing, NotImplementedError)) else Missing(str(error))
        return stopped(found, 1).lacks
    raise AssertionError


@pytest.mark.parametrize(("asked", "told"), ASKED, ids=[told for _, told in ASKED])
def test_each_absence_says_what_to_add(asked: Callable[[Surface], object], told: str) -> None:
    """Python's own message for each is taken from Python itself."""
    assert told in advice(Detail(lacks=lacks(asked)))


def test_what_an_adapter_says_itself_is_told_as_an_absence() -> None:
    """There is no guess where the message is none of Python's."""
    assert advice(Detail(lacks="arrays of rank 2: these are flat")).startswith("Nothing is wrong")


def test_a_missing_operation_is_not_explained_by_a_wrong_slope(sample: Run) -> None:
    """The usual mistake is a mistake in what is there; why it matters helps to write it."""
    detail = Detail(reason="the library lacks this", lacks="Value has no attribute 'exp'")
    verdict = Verdict("operations.exp", Outcome.MISSING, detail)
    missing = replace(
        sample.entries[0], verdict=verdict, why="The slope is exp.", mistake="It is a power."
    )
    text = failure_text(missing)
    assert "Value has no exp: write it" in text
    assert "The slope is exp." in text
    assert "It is a power." not in text
