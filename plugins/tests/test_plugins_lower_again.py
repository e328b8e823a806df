"""Pure programs that differentiate gradients, on libraries that transform functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch

from gradmark.compare import to_array
from gradmark.lower import is_pure, replay_on
from gradmark.record import record
from gradmark.surface import Surface
from gradmark.trace import Trace
from gradmark_backends import Adapter


class Nested(Adapter):
    """A library whose transforms can be transformed: slopes are Python functions of numbers."""

    delivery = "transform"
    nests = True
    types = ()

    def __init__(self) -> None:
        super().__init__(SimpleNamespace())

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        return float(data)

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        scale = 1.0 if seed is None else seed
        return [scale * self.slope(function, list(leaves), n) for n in range(len(leaves))]

    def slope(self, function: Callable[..., Any], leaves: list[Any], n: int) -> Any:
        """A central difference, exact for polynomials of the second degree."""
        ends = [function(*leaves[:n], leaves[n] + by, *leaves[n + 1 :]) for by in (0.5, -0.5)]
        return ends[0] - ends[1]


class Ending(Nested):
    nests = False


class Returning(Ending):
    delivery = "returned"


def numbers(trace: Trace) -> list[Any]:
    assert trace.stop is None, trace.stop
    return [array.tolist() for seen in trace.seen if (array := to_array(seen.value)) is not None]


def again(lib):
    a = lib.tensor(3.0, requires_grad=True)
    b = lib.tensor(5.0, requires_grad=True)
    shift = b * 2
    of_a, of_b = lib.unpack(
        lib.autograd.grad(a * a * shift, (a, b), grad_outputs=lib.tensor(10.0), create_graph=True),
        2,
    )
    lib.observe("of a", of_a)
    lib.observe("of b", of_b)
    (twice,) = lib.unpack(lib.autograd.grad(of_b, a, create_graph=True), 1)
    lib.observe("of b, then of a", twice)
    (of_a * b + twice).backward()
    lib.observe("and then of a", a.grad)
    lib.observe("and then of b", b.grad)


def test_gradients_of_gradients_are_transforms_of_transforms() -> None:
    """What a gradient is made of is computed again inside, also what only the next one asks for."""
    assert is_pure(record(again).steps)
    # 10·a²·2b: 40ab and 20a²; then 40a; then 40ab² + 40a, of which 40b² + 40 and 80ab.
    assert numbers(replay_on(record(again).steps, Nested())) == [
        600.0,
        180.0,
        120.0,
        1040.0,
        1200.0,
    ]
    assert numbers(replay_on(record(again).steps, Surface(torch))) == [
        600.0, 180.0, 120.0, 1040.0, 1200.0,
    ]  # fmt: skip


def test_gradients_that_end_are_not_taken_again() -> None:
    """A library says that its transforms nest; otherwise they are missing, never cut off."""
    for kind in (Ending, Returning):
        trace = replay_on(record(again).steps, kind())
        assert trace.seen == ()
        assert trace.stop is not None
        assert trace.stop.reason == "missing"
        assert trace.stop.lacks == "gradients that can be differentiated again"
