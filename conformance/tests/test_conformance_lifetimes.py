"""What a replay holds and hands over: functions, lifetimes, limits, and values as they are read."""

import struct
import sys
import weakref
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from gradmark.record import record
from gradmark.replay import CALLS_LIMIT, replay
from gradmark.surface import Surface


class Tensor:
    """A number with just enough around it."""

    def __init__(self, data):
        self.data = data
        self.hooks: list[Any] = []

    def __add__(self, other):
        return Tensor(self.data + other)

    def __mul__(self, other):
        return Tensor(self.data * other.data)

    def numpy(self):
        return float(self.data)

    def register_hook(self, hook):
        self.hooks.append(hook)

    def backward(self, times=1):
        for _ in range(times):
            for hook in self.hooks:
                hook(Tensor(self.data))


class Forever:
    """Gives items for ever, as a type does that has only ``__getitem__``."""

    def __getitem__(self, index):
        return 1.0


def trace_of(body, **more):
    """Record a body and replay it on the miniature, with whatever else it has."""
    program = record(body)
    library = SimpleNamespace(tensor=Tensor, Tensor=Tensor, Forever=Forever, **more)
    trace = replay(program, Surface(library))
    return {program.marks[seen.mark].label: seen.value for seen in trace.seen}, trace.stop


def number(value):
    """Return the number that was observed."""
    return struct.unpack("<d", value.data)[0]


def test_functions_are_real_callables_that_capture():
    """A hook reads what was there when it was given, is called by the library, and is listed."""

    def body(lib):
        x, scale = lib.tensor(3.0), lib.tensor(10.0)

        def hook(g):
            lib.observe("seen", g * scale)

        x.register_hook(hook)
        lib.delete(scale)
        x.backward(2)
        lib.observe("x", x)

    seen, stop = trace_of(body)
    assert stop is None
    assert seen["seen"].kind == "calls"
    assert [number(value) for value in seen["seen"].items] == [30.0, 30.0]


def test_a_hook_is_a_python_function_by_name():
    """What the library is given has a name and refuses another number of arguments."""
    given: list[Any] = []

    def body(lib):
        def look(g, h):
            lib.observe("seen", g)

        lib.keep(look)
        lib.observe("x", lib.tensor(1.0))

    trace_of(body, keep=given.append)
    assert given[0].__name__ == "look"
    with pytest.raises(TypeError, match=r"look\(\) takes 2 arguments, got 1"):
        given[0](1)


def test_calls_are_listed_up_to_a_limit():
    """A library that calls a hook for ever does not fill the memory."""

    def body(lib):
        x = lib.tensor(1.0)
        x.register_hook(lambda g: lib.observe("seen", g))
        x.backward(5_000)

    seen, _ = trace_of(body)
    assert len(seen["seen"].items) == CALLS_LIMIT == 1_000


def test_taking_apart_never_runs_for_ever():
    """A type that gives items for ever has more of them than expected."""

    def body(lib):
        with lib.raises("endless"):
            lib.unpack(lib.Forever(), 2)
        with lib.raises("too few"):
            lib.unpack(lib.host.copy([1.0]), 2)
        lib.observe("x", lib.tensor(1.0))

    seen, stop = trace_of(body)
    assert stop is None
    assert seen["endless"].text == "2 items are expected, there are more than that"
    assert seen["too few"].text == "2 items are expected, there are 1"


class Dying:
    """Notes when the last one of its kind is gone."""

    alive: ClassVar[weakref.WeakSet[Any]] = weakref.WeakSet()

    def __init__(self):
        self.alive.add(self)

    def refuse(self, *others):
        raise ValueError

    def count(self):
        return len(self.alive)


def test_values_live_as_long_as_in_python():
    """Temporaries go at once, a refused call keeps nothing, and neither does a thread."""

    def body(lib):
        one = lib.Dying()
        lib.observe("one", one.count())
        lib.observe("a temporary beside it", lib.Dying().count())
        lib.observe("one again", one.count())
        with lib.raises("refused"):
            lib.Dying().refuse(lib.Dying(), lib.Dying())
        lib.observe("after the refusal", one.count())

        def refused():
            lib.Dying().refuse(lib.Dying())

        with lib.raises("refused in a thread"):
            lib.host.thread(refused)
        lib.observe("after the thread", one.count())
        with lib.caught():
            two = lib.Dying()
            lib.throw()
        lib.observe("after an exception of our own", one.count())
        lib.delete(two)
        lib.observe("in the end", one.count())

    seen, stop = trace_of(body, Dying=Dying)
    assert stop is None
    counted = {k: struct.unpack("<q", v.data)[0] for k, v in seen.items() if v.kind == "int"}
    assert counted == {
        "one": 1,
        "a temporary beside it": 2,
        "one again": 1,
        "after the refusal": 1,
        "after the thread": 1,
        "after an exception of our own": 2,
        "in the end": 1,
    }
    assert not Dying.alive


def test_ten_thousand_repetitions_are_one_step():
    """A long loop neither records nor keeps ten thousand values."""

    def body(lib):
        lib.observe("y", lib.repeat(10_000, lambda t: t + 1, lib.tensor(0.0)))

    assert len(record(body).steps) < 6
    seen, _ = trace_of(body)
    assert number(seen["y"]) == 10_000.0


class Unreadable:
    """Refuses to become numbers."""

    def tolist(self):
        message = "not on this device"
        raise RuntimeError(message)


def endless():
    """Return a list that contains itself."""
    items: list[Any] = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (Unreadable, "reading it raised RuntimeError: not on this device"),
        (endless, "reading it raised RecursionError"),
        (lambda: [0] * 10_001, "a sequence of 10001 items"),
    ],
)
def test_what_can_not_be_read_says_why(value, why):
    """A value that is no numbers ends the replay with the reason."""

    def body(lib):
        lib.observe("y", lib.make())

    seen, stop = trace_of(body, make=value)
    assert (seen, stop.reason) == ({}, "unreadable")
    assert stop.message.startswith(why)


class Text(str):
    """A string that lies about itself."""

    __slots__ = ()

    def __len__(self):
        return 0

    def encode(self, *args):
        raise OSError

    def __str__(self):
        return self


def test_texts_are_cut_and_clean():
    """However long or odd a text is, what leaves is short and can be written anywhere."""

    def body(lib):
        lib.observe("long", lib.long())
        lib.observe("odd", lib.text(lib.odd()))

    seen, stop = trace_of(body, long=lambda: "x" * 9_000, odd=lambda: Text("a\ud800b"))
    assert stop is None
    assert seen["long"].text == "x" * 2_000 + "… (7000 characters cut)"
    assert type(seen["odd"].text) is str
    assert seen["odd"].text == "a\\ud800b"


def test_numpy_is_missing_where_the_worker_has_none(monkeypatch):
    """An interpreter without NumPy lacks what a program wants of it, and nothing else."""
    monkeypatch.setitem(sys.modules, "numpy", None)

    def body(lib):
        lib.observe("x", lib.tensor(1.0))
        lib.observe("y", lib.tensor(lib.host.numpy.ones(2)))

    seen, stop = trace_of(body)
    assert list(seen) == ["x"]
    assert (stop.reason, stop.lacks) == ("missing", "NumPy, in the worker's interpreter")
