"""The ready adapters: PyTorch, and real libraries of all three deliveries."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradmark.compare import to_array
from gradmark.lower import replay_on
from gradmark.record import record
from gradmark_backends import Adapter
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen, Plan
from gradmark_backends.resolve import resolve


def answers(adapter: Adapter, body: Callable[[Any], None]) -> list[Any]:
    trace = replay_on(record(body).steps, adapter)
    assert trace.stop is None, trace.stop
    arrays = [to_array(seen.value) for seen in trace.seen]
    return [None if array is None else array.tolist() for array in arrays]


def lacks(adapter: Adapter, body: Callable[[Any], None]) -> str:
    stop = replay_on(record(body).steps, adapter).stop
    assert stop is not None
    assert stop.reason == "missing", stop
    return stop.lacks


def polynomial(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x + x
    y.backward()
    lib.observe("value", y)
    lib.observe("gradient", x.grad)


def weighted(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    w = lib.tensor([3.0, 5.0], requires_grad=True)
    y = (x * w).sum()
    y.backward()
    lib.observe("value", y)
    lib.observe("gradient of x", x.grad)
    lib.observe("gradient of w", w.grad)


def cotangent(lib):
    x = lib.ones(2, 2, requires_grad=True)
    y = x * x
    y.backward(gradient=lib.tensor([[1.0, 2.0], [3.0, 4.0]]))
    lib.observe("gradient", x.grad)


def cleared(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (x * x).backward()
    x.grad = None
    (x * 2).backward()
    lib.observe("gradient", x.grad)


def switched(lib):
    with lib.no_grad():
        lib.observe("value", lib.tensor(3.0) * 2)


def elementwise(lib):
    x = lib.tensor([0.0, 1.0], requires_grad=True)
    y = lib.exp(x) * lib.exp(x)
    z = lib.sum(y)
    z.backward()
    lib.observe("gradient", x.grad)


def neighbours(lib):
    x = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    y = lib.sum(x * x - x)
    y.backward()
    lib.observe("gradient", x.grad)


def quotient(lib):
    x = lib.tensor(3.0, requires_grad=True)
    w = lib.tensor(2.0, requires_grad=True)
    y = x / w
    y.backward()
    lib.observe("of the numerator", x.grad)
    lib.observe("of the denominator", w.grad)


def difference(lib):
    x = lib.tensor(3.0, requires_grad=True)
    w = lib.tensor(2.0, requires_grad=True)
    y = x * w - w
    y.backward()
    lib.observe("of the product", x.grad)
    lib.observe("of the factor", w.grad)


def reused(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * x
    z = y * y + y
    z.backward()
    lib.observe("gradient", x.grad)


SCALAR_PROGRAMS: list[tuple[Callable[[Any], None], list[Any]]] = [
    (polynomial, [12.0, 7.0]),
    (quotient, [0.5, -0.75]),
    (difference, [2.0, 2.0]),
    (reused, [36.0]),
]
PROGRAMS: list[tuple[Callable[[Any], None], list[Any]]] = [
    *SCALAR_PROGRAMS,
    (neighbours, [[1.0, 3.0, 7.0]]),
    (elementwise, [[2.0, 14.778112]]),
]


def ready(name: str) -> Adapter:
    here = Path(__file__).parent
    return open_plan(resolve(name, rootdir=here, invocation_dir=here))[0]


def check(adapter: Adapter, programs: list[tuple[Callable[[Any], None], list[Any]]]) -> None:
    for body, right in programs:
        for found, wanted in zip(answers(adapter, body), right, strict=True):
            assert found == pytest.approx(wanted, rel=1e-5), body.__name__


def test_pytorch_is_ready() -> None:
    """The adapter of PyTorch hands over PyTorch, and nothing is tried in another place."""
    pytest.importorskip("torch")
    adapter = ready("torch")
    check(adapter, PROGRAMS)

    def body(lib):
        lib.observe("value", lib.tensor(3.0).sliding_window_view(1))

    assert lacks(adapter, body) == "Tensor has no attribute 'sliding_window_view'"


@pytest.mark.real
@pytest.mark.parametrize("name", ["mygrad", "tinygrad", "autograd", "smallpebble"])
def test_real_libraries_are_ready(name: str) -> None:
    """Six pure programs have the right gradients on real libraries of all three deliveries."""
    check(ready(name), PROGRAMS)


@pytest.mark.real
def test_micrograd_is_ready() -> None:
    """Single numbers are right, vectors are missing, and clearing sets to 0."""
    adapter = ready("micrograd")
    check(adapter, [*SCALAR_PROGRAMS, (cleared, [2.0])])
    assert lacks(adapter, weighted) == "tensors of rank 1: micrograd has single numbers alone"


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "programs"),
    [("delgrada", SCALAR_PROGRAMS), ("pytinytensor", [(neighbours, [[1.0, 3.0, 7.0]])])],
)
def test_small_engines_are_ready(
    name: str, programs: list[tuple[Callable[[Any], None], list[Any]]]
) -> None:
    """What they have is right, and a cotangent is missing: backward takes none."""
    check(ready(name), programs)
    assert "unexpected keyword argument 'gradient'" in lacks(ready(name), cotangent)


@pytest.mark.real
@pytest.mark.parametrize("name", ["mygrad", "tinygrad", "autograd"])
def test_a_cotangent_reaches_real_libraries(name: str) -> None:
    """A gradient to start from is handed over under the library's own name."""
    assert answers(ready(name), cotangent) == [[[2.0, 4.0], [6.0, 8.0]]]


@pytest.mark.real
def test_what_real_libraries_lack_is_missing() -> None:
    """An adapter imitates nothing: no starting gradient, no leaves, no mode."""
    assert "a gradient to start from" in lacks(ready("smallpebble"), cotangent)
    assert "by transforming a function" in lacks(ready("autograd"), cleared)
    assert lacks(ready("tinygrad"), switched) == "module tinygrad has no attribute 'no_grad'"


@pytest.mark.real
def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says where it is missing and what to type."""
    monkeypatch.setitem(sys.modules, "micrograd", None)
    monkeypatch.delitem(sys.modules, "micrograd.engine", raising=False)
    with pytest.raises(CannotOpen) as error:
        open_plan(Plan("micrograd", "ready", "ready.micrograd:Micrograd"))
    assert error.value.code == "not-found"
    assert error.value.hint.startswith("gradmark env micrograd, or ")
    assert error.value.hint.endswith("-m pip install micrograd==0.1.0")
