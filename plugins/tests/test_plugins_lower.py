"""Pure programs on libraries that hand over gradients without .grad."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from gradmark.compare import to_array
from gradmark.lower import is_pure, replay_on, why_impure
from gradmark.record import record
from gradmark.script import as_library
from gradmark.surface import Missing
from gradmark.trace import Trace
from gradmark_backends import Adapter


class Number:
    """A number with its slopes: the smallest library that returns gradients."""

    def __init__(self, held: float, parents: tuple[tuple[Number, float], ...] = ()) -> None:
        self.held = held
        self.parents = parents

    def __add__(self, other: Any) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.held + other.held, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Any) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.held * other.held, ((self, other.held), (other, self.held)))

    def __getitem__(self, key: Any) -> Number:
        raise ValueError("not sliced today")


def slopes(root: Number, seed: float) -> dict[Number, float]:
    found: dict[Number, float] = {}
    todo = [(root, seed)]
    while todo:
        number, slope = todo.pop()
        found[number] = found.get(number, 0.0) + slope
        todo += [(parent, slope * local) for parent, local in number.parents]
    return found


class Returned(Adapter):
    delivery = "returned"
    types = ("Number",)
    data = "held"

    def __init__(self) -> None:
        super().__init__(SimpleNamespace(Number=Number))
        self.counts: list[int] = []
        self.made = 0

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        self.made += 1
        return Number(self.number(data))

    def grads(self, root: Any, leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        self.counts.append(len(leaves))
        found = slopes(root, 1.0 if seed is None else seed.held)
        return [found.get(leaf) for leaf in leaves]


class Transform(Returned):
    delivery = "transform"

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        fresh = [Number(leaf.held) for leaf in leaves]
        return self.grads(function(*fresh), fresh, seed)


BOTH = pytest.mark.parametrize("kind", [Returned, Transform])


def run(adapter: Adapter, body: Callable[[Any], None]) -> Trace:
    return replay_on(record(body).steps, adapter)


def numbers(trace: Trace) -> list[Any]:
    assert trace.stop is None, trace.stop
    found = [to_array(seen.value) for seen in trace.seen]
    return [None if array is None else array.tolist() for array in found]


def polynomial(lib):
    x = lib.tensor(3.0, requires_grad=True)
    w = lib.tensor(5.0, requires_grad=True)
    half = x * w
    lib.observe("half way", half)
    y = half + x * 2
    y.backward()
    lib.observe("value", y)
    lib.observe("of x", x.grad)
    lib.observe("of w", w.grad)
    lib.observe("computed with", x.grad * 10)


@BOTH
def test_a_pure_program_has_its_gradients(kind: type[Returned]) -> None:
    """What is observed on the way and afterwards comes out as it is written."""
    assert numbers(run(kind(), polynomial)) == [15.0, 21.0, 7.0, 3.0, 70.0]


@BOTH
def test_a_seed_is_handed_over(kind: type[Returned]) -> None:
    """The gradient to start from may be given by its name or in its place."""

    def by_name(lib):
        x = lib.tensor(3.0, requires_grad=True)
        (x * x).backward(gradient=lib.tensor(10.0))
        lib.observe("gradient", x.grad)

    def in_place(lib):
        x = lib.tensor(3.0, requires_grad=True)
        (x * x).backward(lib.tensor(100.0))
        lib.observe("gradient", x.grad)

    assert numbers(run(kind(), by_name)) == [60.0]
    assert numbers(run(kind(), in_place)) == [600.0]


@BOTH
def test_a_leaf_without_a_part_in_it_has_no_gradient(kind: type[Returned]) -> None:
    """The library's None stays None."""

    def body(lib):
        x = lib.tensor(3.0, requires_grad=True)
        idle = lib.tensor(3.0, requires_grad=True)
        (x * 2).backward()
        lib.observe("idle", idle.grad)
        lib.observe("gradient", x.grad)

    assert numbers(run(kind(), body)) == [None, 2.0]


@BOTH
def test_only_what_is_read_is_asked_for(kind: type[Returned]) -> None:
    """Where no gradient is read the library is still asked, so that backward happens."""

    def one(lib):
        x = lib.tensor(3.0, requires_grad=True)
        w = lib.tensor(3.0, requires_grad=True)
        (x * w).backward()
        lib.observe("gradient", x.grad)

    def none(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = x * x
        y.backward()
        lib.observe("value", y)

    adapter = kind()
    run(adapter, one)
    run(adapter, none)
    assert adapter.counts == [1, 1]


@BOTH
def test_a_released_value_is_there_for_the_transform(kind: type[Returned]) -> None:
    """What the body has let go of before backward is still part of the path."""

    def body(lib):
        x = lib.tensor(3.0, requires_grad=True)
        constant = lib.tensor(4.0)
        middle = x * constant
        lib.delete(constant)
        y = middle * x
        lib.delete(middle)
        y.backward()
        lib.observe("gradient", x.grad)

    adapter = kind()
    assert numbers(run(adapter, body)) == [24.0]
    assert adapter.made == 2  # constants are not made a second time


@BOTH
def test_a_function_of_the_program_is_transformed_too(kind: type[Returned]) -> None:
    """Repeated functions belong to the path."""

    def body(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = lib.repeat(3, lambda t: t * 2 + x, x)
        y.backward()
        lib.observe("gradient", x.grad)

    assert numbers(run(kind(), body)) == [15.0]


@BOTH
def test_a_program_without_backward_only_computes(kind: type[Returned]) -> None:
    """Values need no way of handing over gradients."""

    def body(lib):
        x = lib.tensor(3.0)
        lib.observe("value", x * x)

    assert numbers(run(kind(), body)) == [9.0]


@BOTH
def test_a_failing_operation_is_where_it_is_written(kind: type[Returned]) -> None:
    """A library's own exception ends the replay at its step."""

    def body(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = x * x
        lib.observe("value", y)
        y[0].backward()
        lib.observe("gradient", x.grad)

    program = record(body)
    trace = replay_on(program.steps, kind())
    assert trace.stop is not None
    assert (trace.stop.reason, trace.stop.message) == ("raised", "not sliced today")
    assert [s.op for s in program.steps if s.number == trace.stop.step] == ["index"]
    assert len(trace.seen) == 1


def test_a_library_without_a_seed_says_so() -> None:
    """What an adapter refuses at backward is missing, at backward's step."""

    class Ones(Returned):
        def grads(self, root: Any, leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
            raise Missing("a gradient to start from")

    program = record(polynomial)
    trace = replay_on(program.steps, Ones())
    assert trace.stop is not None
    assert (trace.stop.reason, trace.stop.lacks) == ("missing", "a gradient to start from")
    assert [s.name for s in program.steps if s.number == trace.stop.step] == ["backward"]


def twice(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (x * x).backward()
    (x * x).backward()
    lib.observe("gradient", x.grad)


def too_early(lib):
    x = lib.tensor(3.0, requires_grad=True)
    lib.observe("gradient", x.grad)


def of_no_leaf(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    lib.observe("gradient", y.grad)


def kept(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (x * x).backward(retain_graph=True)
    lib.observe("gradient", x.grad)


def written(lib):
    x = lib.tensor(3.0, requires_grad=True)
    x.data *= 2
    lib.observe("value", x)


def in_mode(lib):
    x = lib.tensor(3.0, requires_grad=True)
    with lib.no_grad():
        lib.observe("value", x * x)


def in_place(lib):
    x = lib.tensor(3.0, requires_grad=True)
    lib.observe("value", (x * x).add_(1))


def in_no_graph(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (slope,) = lib.unpack(lib.autograd.grad(x * x, x), 1)
    lib.observe("slope", slope)


def of_a_result(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    (slope,) = lib.unpack(lib.autograd.grad(y * y, y, create_graph=True), 1)
    lib.observe("slope", slope)


def with_a_flag(lib):
    x = lib.tensor(3.0, requires_grad=True)
    found = lib.autograd.grad(x * x, x, create_graph=True, allow_unused=True)
    lib.observe("slope", lib.unpack(found, 1)[0])


def flagged(lib):
    lib.observe("flag", lib.tensor(3.0, requires_grad=True).requires_grad)


def copied(lib):
    x = lib.tensor(3.0)
    lib.observe("value", lib.tensor(x, requires_grad=True))


def hidden(lib):
    def step(t):
        (t * t).backward()
        return t

    x = lib.tensor(3.0, requires_grad=True)
    lib.observe("value", lib.repeat(2, step, x))


def looked_at(lib):
    x = lib.tensor(3.0, requires_grad=True)
    result = (x * x).backward()
    lib.observe("what it returns", result)


def refused(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (x * x).backward()
    lib.observe("gradient", x.grad)
    with lib.raises("no such thing"):
        x.backward(1, 2, 3)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (twice, "a second backward"),
        (too_early, "a read of .grad that is not a leaf's after backward"),
        (of_no_leaf, "a read of .grad that is not a leaf's after backward"),
        (kept, "a backward with flags"),
        (in_no_graph, "gradients without create_graph=True"),
        (of_a_result, "gradients of what is no leaf"),
        (with_a_flag, "gradients with flags"),
        (written, "attr 'data'"),
        (in_mode, "call 'no_grad'"),
        (in_place, "method 'add_'"),
        (flagged, "attr 'requires_grad'"),
        (copied, "a leaf made from another value"),
        (hidden, "method 'backward'"),
        (looked_at, "a look at what backward returns"),
        (refused, "a step of kind 'raises'"),
    ],
)
def test_what_is_about_more_than_values_is_impure(body: Callable[[Any], None], why: str) -> None:
    """Leaves, accumulation, graphs, modes and mutation need .grad; the reason is named."""
    assert why_impure(record(body).steps) == why
    trace = run(Transform(), body)
    assert trace.seen == ()
    assert trace.stop is not None
    assert trace.stop.reason == "missing"
    assert trace.stop.lacks == (
        "leaves, .grad and accumulation: this library hands out gradients "
        "by transforming a function"
    )


def test_a_program_about_values_is_pure() -> None:
    """Reads after one backward are all that a pure program does with gradients."""
    assert is_pure(record(polynomial).steps)


def test_an_attribute_library_is_replayed_as_it_is() -> None:
    """Lowering is not used where the library has .grad."""

    class Plain(Returned):
        delivery = "attribute"

    stop = run(Plain(), polynomial).stop
    assert stop is not None
    assert stop.lacks == "Number has no attribute 'backward'"


@BOTH
def test_a_script_says_that_it_is_no_program_of_the_librarys(kind: type[Returned]) -> None:
    """With backward() and .grad it reads well, and runs nowhere."""
    lines, _ = as_library(record(polynomial), module="functional", spelling=kind().spelt().items())
    assert lines[0].startswith("# not to be run as it is: ")
    assert lines[1] == "import functional as lib"
