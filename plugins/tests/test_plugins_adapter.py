"""Adapters: somebody's own, and the one by convention."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gradmark.compare import to_array
from gradmark.lower import replay_on
from gradmark.record import record
from gradmark.surface import Missing
from gradmark.trace import Trace
from gradmark_backends import Adapter
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen, Opened
from gradmark_backends.recognition.engine import Engine
from gradmark_backends.resolve import resolve

SCALAR = """
class {name}:
    def __init__(self, {data}, parents=()):
        self.{data} = {data}
        self.{grad} = {start}
        self.parents = parents

    def __add__(self, other):
        other = other if isinstance(other, {name}) else {name}(other)
        return {name}(self.{data} + other.{data}, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, {name}) else {name}(other)
        return {name}(self.{data} * other.{data}, ((self, other.{data}), (other, self.{data})))

    def backward(self, upstream=1.0):
        self.{grad} = (self.{grad} or 0.0) + upstream
        for parent, slope in self.parents:
            parent.backward(upstream * slope)
"""

ARRAYS = """
import numpy as np
from numpy import exp

class no_grad:
    def __enter__(self): pass
    def __exit__(self, *_): pass

def ones(*shape):
    raise TypeError("another convention")

class Tensor:
    def __init__(self, data, requires_grad=False, parents=()):
        self.data = {array}
        self.requires_grad = requires_grad
        self.grad = {start}
        self.parents = parents

    def _of(self, other):
        return other if isinstance(other, Tensor) else Tensor(other)

    def __add__(self, other):
        other = self._of(other)
        return Tensor(self.data + other.data, True, ((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other = self._of(other)
        parents = ((self, lambda g: g * other.data), (other, lambda g: g * self.data))
        return Tensor(self.data * other.data, True, parents)

    def sum(self):
        return Tensor(self.data.sum(), True, ((self, lambda g: g * np.ones_like(self.data)),))

    def backward(self, grad=None):
        g = np.ones_like(self.data) if grad is None else np.asarray(grad)
        if g.dtype == object:
            raise TypeError("an array, please")
        before = 0.0 if self.grad is None else self.grad
        self.grad = {wrap}((before.data if isinstance(before, Tensor) else before) + g)
        for parent, pull in self.parents:
            parent.backward(pull(g))
"""


def scalar(name: str = "Value", data: str = "data", grad: str = "grad", start: str = "0") -> str:
    return SCALAR.format(name=name, data=data, grad=grad, start=start)


def arrays(
    array: str = "np.asarray(data, dtype=np.float32)", start: str = "None", wrap: str = ""
) -> str:
    return ARRAYS.format(array=array, start=start, wrap=wrap)


@pytest.fixture(autouse=True)
def _untouched() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name in {"engine", "mine", "pieces"} or name.startswith("pieces."):
            del sys.modules[name]


def spelled(tmp_path: Path, source: str, file: str = "engine.py") -> tuple[Adapter, Opened]:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return open_plan(resolve(str(path), rootdir=tmp_path, invocation_dir=tmp_path))


def numbers(trace: Trace) -> list[Any]:
    """What was observed, as plain Python."""
    found: list[Any] = []
    for seen in trace.seen:
        array = to_array(seen.value)
        found.append(seen.value.text or None if array is None else array.tolist())
    return found


def answers(adapter: Adapter, body: Callable[[Any], None]) -> list[Any]:
    trace = replay_on(record(body).steps, adapter)
    assert trace.stop is None, trace.stop
    return numbers(trace)


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


def in_double(lib):
    lib.observe("value", lib.tensor(3.0, dtype=lib.float64))


@pytest.mark.parametrize(
    ("name", "data", "grad"),
    [("Value", "data", "grad"), ("Scalar", "val", "derivative"), ("Knob", "held", "slope")],
)
def test_a_scalar_engine_is_read_by_value(tmp_path: Path, name: str, data: str, grad: str) -> None:
    """Names are a hint: what holds 12 and 7 on a fresh graph are the value and the gradient."""
    adapter, opened = spelled(tmp_path, scalar(name, data, grad))
    assert answers(adapter, polynomial) == [12.0, 7.0]
    assert opened.profile == "scalar"
    assert opened.recognised[:3] == (
        f"leaf: {name}(3.0)",
        f"value: .{data} (float)",
        f"gradient: .{grad} (float, starts at 0)",
    )


def test_a_scalar_engine_has_no_vectors(tmp_path: Path) -> None:
    """Numbers that happen to compute with arrays make no tensor engine."""
    adapter, _ = spelled(tmp_path, scalar())
    assert "single numbers" in lacks(adapter, weighted)


def test_what_starts_at_zero_is_cleared_to_zero(tmp_path: Path) -> None:
    """An engine that adds to 0 knows no None, and is not given one."""
    adapter, _ = spelled(tmp_path, scalar(start="0").replace("(self.grad or 0.0)", "self.grad"))
    assert answers(adapter, cleared) == [2.0]


def test_a_gradient_before_backward_is_not_hidden(tmp_path: Path) -> None:
    """Reading .grad at once shows what the engine has there."""
    adapter, _ = spelled(tmp_path, scalar())

    def body(lib):
        lib.observe("gradient", lib.tensor(3.0, requires_grad=True).grad)

    assert answers(adapter, body) == [0]


@pytest.mark.parametrize("start", ["None", "np.zeros_like(self.data)"])
@pytest.mark.parametrize("wrap", ["", "Tensor"])
def test_an_engine_on_arrays(tmp_path: Path, start: str, wrap: str) -> None:
    """Gradients may be arrays or tensors, and may start as zeros."""
    adapter, opened = spelled(tmp_path, arrays(start=start, wrap=wrap))
    assert answers(adapter, polynomial) == [12.0, 7.0]
    assert answers(adapter, weighted) == [13.0, [3.0, 5.0], [1.0, 2.0]]
    assert answers(adapter, cotangent) == [[[2.0, 4.0], [6.0, 8.0]]]
    assert answers(adapter, cleared) == [2.0]
    assert answers(adapter, switched) == [6.0]
    assert (opened.profile, opened.dtype) == ("tensor", "float32")
    assert "leaf: Tensor(3.0, requires_grad=True)" in opened.recognised
    assert "backward takes a gradient: grad, as array" in opened.recognised


def test_one_number_may_be_a_vector_of_one(tmp_path: Path) -> None:
    """The shape of a scalar is a convention, which is declared."""
    adapter, opened = spelled(tmp_path, arrays(array="np.atleast_1d(np.asarray(data, float))"))
    assert opened.scalar_shape == (1,)
    assert answers(adapter, polynomial) == [[12.0], [7.0]]


def test_a_constructor_may_want_an_array(tmp_path: Path) -> None:
    """Where a plain number is refused, an array is tried."""
    source = arrays(array="data.astype(float) if data.shape else data")
    adapter, opened = spelled(tmp_path, source)
    assert opened.recognised[0] == "leaf: Tensor(np.array(3.0), requires_grad=True)"
    assert answers(adapter, weighted) == [13.0, [3.0, 5.0], [1.0, 2.0]]


def test_another_dtype_is_missing(tmp_path: Path) -> None:
    """An engine with one dtype is not given another one, and not graded for it."""
    adapter, _ = spelled(tmp_path, arrays())
    assert lacks(adapter, in_double) == "dtype float64: there is float32 alone"
    only_double, _ = spelled(tmp_path, scalar(), "other/engine.py")
    assert answers(only_double, in_double) == [3.0]


def test_names_of_other_libraries_are_not_the_engines(tmp_path: Path) -> None:
    """``from numpy import exp`` offers no exponential of the engine's."""
    adapter, _ = spelled(tmp_path, arrays())

    def body(lib):
        lib.observe("value", lib.exp(lib.tensor(3.0)))

    assert lacks(adapter, body) == "module engine has no attribute 'exp'"


def test_what_was_not_found_is_said(tmp_path: Path) -> None:
    """The last line lists what programs will miss."""
    _, opened = spelled(tmp_path, scalar())
    assert opened.recognised[-1].startswith("missing: no_grad, ")
    assert opened.recognised[-1].endswith("dtype, retain_graph")


def test_a_wrong_engine_is_still_the_one(tmp_path: Path) -> None:
    """A class that computes wrongly is not passed over for a right one that it derives from."""
    source = scalar("Base") + (
        "class Value(Base):\n"
        "    def __mul__(self, other):\n"
        "        other = other if isinstance(other, Base) else Base(other)\n"
        "        return Value(self.data * other.data)\n"
        "    def __add__(self, other):\n"
        "        return Value(self.data + other.data)\n"
    )
    _, opened = spelled(tmp_path, source)
    assert opened.recognised[0] == "leaf: Value(3.0)"
    assert any(line.startswith("x*x + x at 3 went wrong") for line in opened.recognised)


def test_an_engine_deep_in_a_package_is_found(tmp_path: Path) -> None:
    """An empty __init__ hides nothing; tests are not looked at."""
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces/__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "pieces/helper.py").write_text("NUMBER = 1.0\n", encoding="utf-8")
    source = "from .helper import NUMBER\n" + scalar()
    (tmp_path / "pieces/engine.py").write_text(source, encoding="utf-8")
    (tmp_path / "pieces/tests").mkdir()
    (tmp_path / "pieces/tests/bad.py").write_text("raise SystemExit\n" + scalar(), encoding="utf-8")
    plan = resolve("pieces", rootdir=tmp_path, invocation_dir=tmp_path)
    adapter, opened = open_plan(plan)
    assert opened.library == "pieces.engine"
    assert answers(adapter, polynomial) == [12.0, 7.0]


def test_two_files_of_one_name_are_two_engines(tmp_path: Path) -> None:
    """What an earlier plan imported is not taken for the file that was named."""
    first, _ = spelled(tmp_path, scalar(), "one/engine.py")
    second, _ = spelled(tmp_path, arrays(), "two/engine.py")
    assert isinstance(first, Engine)
    assert (first.profile, second.profile) == ("scalar", "tensor")


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        ("import nothing_of_the_kind\n", "import-failed", "No module named 'nothing_of_the_kind'"),
        ("class Tensor(1 / 0): pass\n", "import-failed", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)\n", "not-recognised", "with backward, + and *"),
        ("x = 1\ndef f(:\n", "syntax-error", "engine.py:2\ndef f(:"),
        ("import numpy as np\nfrom numpy import *\n", "not-recognised", "with backward, + and *"),
        ("", "not-recognised", "Tensor, Value, Variable, Scalar"),
    ],
)
def test_what_can_not_be_opened_is_explained(
    tmp_path: Path, source: str, code: str, told: str
) -> None:
    """A library that can't be imported or recognised is a finding, with its own frames alone."""
    with pytest.raises(CannotOpen) as error:
        spelled(tmp_path, source)
    assert error.value.code == code
    assert told in error.value.cause
    assert "gradmark" not in error.value.cause
    assert "importlib" not in error.value.cause


ADAPTER = """
from gradmark_backends import Adapter

class Mine(Adapter):
    module = "engine"
    types = ("Knob",)
    data = "held"
    aliases = {".grad": "slope", ".requires_grad": lambda lib, value: True, "tanh": None}

    def leaf(self, data, requires_grad, dtype):
        return self.namespace.Knob(self.number(data))

nothing = 3
"""


def mine(tmp_path: Path, name: str) -> tuple[Adapter, Opened]:
    (tmp_path / "engine.py").write_text(scalar("Knob", "held", "slope"), encoding="utf-8")
    (tmp_path / "mine.py").write_text(ADAPTER, encoding="utf-8")
    return open_plan(resolve(f"mine:{name}", rootdir=tmp_path, invocation_dir=tmp_path))


def test_an_adapter_of_somebodys_own(tmp_path: Path) -> None:
    """A renaming table and a leaf are all that a micrograd-like engine needs."""
    adapter, opened = mine(tmp_path, "Mine")
    assert answers(adapter, polynomial) == [12.0, 7.0]
    assert opened.adapter == "mine:Mine"

    def body(lib):
        x = lib.tensor(3.0, requires_grad=True)
        lib.observe("flag", x.requires_grad)
        lib.observe("has grad", lib.has(x, "grad"))

    assert answers(adapter, body) == [True, True]

    def other(lib):
        lib.observe("value", lib.tanh(lib.tensor(3.0)))

    assert lacks(adapter, other) == "module engine has another tanh"


@pytest.mark.parametrize("name", ["nothing", "absent"])
def test_what_is_no_adapter_is_refused(tmp_path: Path, name: str) -> None:
    """The message names the adapters that are there."""
    with pytest.raises(CannotOpen) as error:
        mine(tmp_path, name)
    assert error.value.code == "no-adapter-object"
    assert "Mine" in error.value.cause


def test_an_alias_can_not_be_written() -> None:
    """What is computed from something else has no place to write to."""
    from types import SimpleNamespace

    class Thing:
        __slots__ = ("data",)

    class Plain(Adapter):
        types = ("Thing",)
        aliases = {".flag": lambda lib, value: True}  # noqa: RUF012 - a table that nothing changes

    adapter = Plain(SimpleNamespace(Thing=Thing))
    with pytest.raises(Missing, match="flag that can be written"):
        adapter.setattr(Thing(), "flag", False)
    with pytest.raises(Missing, match="other that can be written"):
        adapter.setattr(Thing(), "other", False)
