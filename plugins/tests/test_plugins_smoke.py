"""Smoke: nine lines that say whether it is the adapter or the library."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from gradmark.compare import Conventions
from gradmark.errors import GradmarkError
from gradmark.lower import replay_on
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo
from gradmark.verdict import Outcome
from gradmark_backends import Adapter, Missing
from gradmark_backends.smoke import SmokeLine, exit_code, smoke

NINE = [
    "import", "leaf", "value", "add", "mul", "backward", "gradient", "a fresh second graph",
    "the worker survives",
]  # fmt: skip


class Value:
    """A right engine of single numbers; each test bends one thing."""

    def __init__(self, data: float, parents: tuple[Any, ...] = ()) -> None:
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other: Any) -> Value:
        return type(self)(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Any) -> Value:
        parents = ((self, other.data), (other, self.data))
        return type(self)(self.data * other.data, parents)

    def backward(self, slope: float = 1.0) -> None:
        self.grad += slope
        for parent, local in self.parents:
            parent.backward(slope * local)


class Right(Adapter):
    module = "right"
    engine: type[Any] = Value

    def __init__(self) -> None:
        super().__init__(sys.modules[__name__])
        self._tensors = (self.engine,)

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        return self.engine(self.number(data))


class Here:
    """A backend in this process."""

    def __init__(self, adapter: Adapter, lost: dict[int, Outcome] | None = None) -> None:
        self.adapter, self.lost, self.asked = adapter, lost or {}, 0

    @property
    def info(self) -> BackendInfo:
        return BackendInfo("here", library="right", version="1.0", conventions=Conventions())

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        self.asked += 1
        if self.asked in self.lost:
            return Answer(None, self.lost[self.asked], "signal 11")
        return Answer(replay_on(program.steps, self.adapter))

    def close(self) -> None:
        pass


def lines_of(adapter: Adapter, lost: dict[int, Outcome] | None = None) -> list[SmokeLine]:
    lines = smoke(Here(adapter, lost))
    assert [line.name for line in lines] == NINE
    return lines


def faults(lines: list[SmokeLine]) -> dict[str, str]:
    return {line.name: line.fault for line in lines if not line.ok}


def test_a_right_engine_has_nine_good_lines() -> None:
    """Nothing is at fault, and the lines say what was seen."""
    lines = lines_of(Right())
    assert faults(lines) == {}
    assert exit_code(lines) == 0
    assert [line.detail for line in lines[:4]] == ["right 1.0", "tensor", "3.0", "6.0"]


class Forgetful(Value):
    def __mul__(self, other: Any) -> Value:
        return Forgetful(self.data * other.data, ((self, other.data),))


class Adder(Value):
    __mul__ = None  # type: ignore[assignment]


class Angry(Value):
    def backward(self, slope: float = 1.0) -> None:
        raise ZeroDivisionError("not today")


class Fortytwo(Value):
    def __add__(self, other: Any) -> Value:
        return Fortytwo(42.0)


class Refusing(Value):
    def __init__(self, data: float, parents: tuple[Any, ...] = ()) -> None:
        raise ValueError("nothing is good enough")


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Forgetful, {"gradient", "a fresh second graph"}),
        (Adder, {"mul", "backward", "gradient", "a fresh second graph"}),
        (Angry, {"backward", "gradient", "a fresh second graph"}),
        (Fortytwo, {"add", "backward", "gradient", "a fresh second graph"}),
        (Refusing, set(NINE[1:-1])),
    ],
)
def test_a_wrong_library_is_the_library(kind: type[Value], wrong: set[str]) -> None:
    """Wrong numbers and exceptions of its own are the library's."""

    class Bent(Right):
        pass

    Bent.engine = kind
    lines = lines_of(Bent())
    assert set(faults(lines)) == wrong
    assert faults(lines)[min(wrong, key=NINE.index)] == "library"


def test_a_wrong_library_exits_with_1() -> None:
    """So that a script can tell it from a wrong adapter."""

    class Bent(Right):
        engine = Forgetful

    assert exit_code(lines_of(Bent())) == 1


class NoLeaf(Right):
    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        raise Missing("a way to make a leaf")


class OtherLeaf(Right):
    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        return Value(data + 1)


class NoData(Right):
    data = "payload"


class NoGradient(Right):
    aliases = {".grad": "slope"}  # noqa: RUF012 - a table that nothing changes


class NoBackward(Right):
    aliases = {".backward": "backprop"}  # noqa: RUF012 - a table that nothing changes


class Untyped(Right):
    def is_tensor(self, value: Any) -> bool:
        return False


@pytest.mark.parametrize(
    ("adapter", "first"),
    [
        (NoLeaf, "leaf"),
        (Untyped, "leaf"),
        (OtherLeaf, "value"),
        (NoData, "value"),
        (NoBackward, "backward"),
        (NoGradient, "gradient"),
    ],
)
def test_a_wrong_adapter_is_the_adapter(adapter: type[Adapter], first: str) -> None:
    """Leaves, readings and names are the adapter's job."""
    lines = lines_of(adapter())  # type: ignore[call-arg]
    wrong = faults(lines)
    assert next(iter(wrong)) == first
    assert wrong[first] == "adapter"
    assert exit_code(lines) == 4


@pytest.mark.parametrize(("ask", "name"), [(5, "backward"), (8, "the worker survives")])
def test_a_lost_worker_is_the_library(ask: int, name: str) -> None:
    """A library that takes its process down is at fault, wherever it does."""
    lines = lines_of(Right(), {ask: Outcome.CRASH})
    assert faults(lines) == {name: "library"}
    assert next(line.detail for line in lines if not line.ok) == "crash: signal 11"


def test_an_engine_that_remembers_is_caught() -> None:
    """The same question again has to have the same answer."""

    class Poisoned(Value):
        graphs = 0

        def backward(self, slope: float = 1.0) -> None:
            if self.parents and slope == 1.0 and self.parents[0][1] == 1.0:
                Poisoned.graphs += 1
            super().backward(slope if Poisoned.graphs <= 3 else 2 * slope)

    class Bent(Right):
        engine = Poisoned

    lines = lines_of(Bent())
    assert faults(lines) == {"the worker survives": "library"}
    assert "the same question has another answer" in lines[-1].detail


@pytest.mark.parametrize(
    ("code", "fault", "status"),
    [("import-failed", "library", 1), ("syntax-error", "library", 1),
     ("not-recognised", "adapter", 4), ("no-such-path", "adapter", 4)],
)  # fmt: skip
def test_what_can_not_be_opened_has_nine_lines_too(code: str, fault: str, status: int) -> None:
    """The first says why; the others were not asked."""

    class Closed(Here):
        @property
        def info(self) -> BackendInfo:
            raise GradmarkError(code, "it can't be opened")

    lines = smoke(Closed(Right()))
    assert [line.name for line in lines] == NINE
    assert (lines[0].fault, lines[0].detail) == (fault, "it can't be opened")
    assert {line.detail for line in lines[1:]} == {"not asked"}
    assert exit_code(lines) == status


@pytest.mark.real
@pytest.mark.parametrize("name", ["micrograd", "mygrad", "tinygrad", "autograd", "smallpebble"])
def test_real_libraries_in_a_worker(name: str) -> None:
    """Every ready adapter travels to a worker and answers there."""
    backend_module = pytest.importorskip("gradmark_backends.backend")
    from gradmark_backends.resolve import resolve

    here = Path(__file__).parent
    backend = backend_module.open_backend(resolve(name, rootdir=here, invocation_dir=here))
    try:
        lines = smoke(backend)
    finally:
        backend.close()
    assert faults(lines) == {}
