"""Replaying: what is absent, what is raised, and what a refusal leaves behind."""

import struct
from types import SimpleNamespace

import pytest

from gradmark.record import record
from gradmark.replay import replay
from gradmark.surface import Surface
from gradmark.trace import Value


class Tensor:
    """A number with just enough around it."""

    def __init__(self, data, requires_grad=False):
        self.data = data
        self.grad = None
        self.hooks = []

    def __add__(self, other):
        return Tensor(self.data + (other.data if isinstance(other, Tensor) else other))

    def __mul__(self, other):
        if isinstance(other, str):
            return self.broken(other)
        return Tensor(self.data * (other.data if isinstance(other, Tensor) else other))

    def broken(self, other):
        return self.data + other

    def numpy(self):
        return float(self.data)

    def register_hook(self, hook):
        self.hooks.append(hook)

    def backward(self, times=1):
        for _ in range(times):
            for hook in self.hooks:
                hook(Tensor(self.data))

    def unfinished(self):
        raise NotImplementedError

    def refused(self):
        message = "not like this"
        raise ValueError(message)

    @property
    def half(self):
        return self.data.halved


class Forever:
    """Gives items for ever, as a type does that has only ``__getitem__``."""

    def __getitem__(self, index):
        return 1.0


def library(**more):
    """Return a miniature library."""
    return SimpleNamespace(tensor=Tensor, Tensor=Tensor, Forever=Forever, **more)


def trace_of(body, **more):
    """Record a body and replay it on the miniature."""
    program = record(body)
    trace = replay(program, Surface(library(**more)))
    return {program.marks[seen.mark].label: seen.value for seen in trace.seen}, trace.stop


def number(value):
    """Return the number that was observed."""
    return struct.unpack("<d", value.data)[0]


def name_of_function(lib):
    lib.observe("y", lib.exp(lib.tensor(1.0)))


def name_of_method(lib):
    lib.observe("y", lib.tensor(1.0).exp())


def attribute(lib):
    lib.observe("y", lib.tensor(1.0).is_leaf)


def operator(lib):
    lib.observe("y", lib.tensor(1.0) - 1)


def reflected_operator(lib):
    lib.observe("y", 2 * lib.tensor(1.0))


def unary_operator(lib):
    lib.observe("y", -lib.tensor(1.0))


def keyword(lib):
    lib.observe("y", lib.tensor(1.0).backward(retain_graph=True))


def surplus_argument(lib):
    lib.observe("y", lib.tensor(1.0).backward(1, 2))


def index(lib):
    lib.observe("y", lib.tensor(1.0)[0])


def written_index(lib):
    x = lib.tensor(1.0)
    x[0] = 2.0
    lib.observe("y", x)


def in_place(lib):
    x = lib.tensor(1.0)
    x += 1
    lib.observe("y", x)


def context(lib):
    with lib.tensor(1.0):
        lib.observe("y", lib.tensor(2.0))


def length(lib):
    lib.observe("y", lib.length(lib.tensor(1.0)))


def unpacked(lib):
    lib.observe("y", lib.unpack(lib.tensor(1.0), 2))


def called(lib):
    lib.observe("y", lib.tensor(1.0)(3))


def unfinished(lib):
    lib.observe("y", lib.tensor(1.0).unfinished())


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        (name_of_function, "no attribute 'exp'"),
        (name_of_method, "Tensor has no attribute 'exp'"),
        (attribute, "Tensor has no attribute 'is_leaf'"),
        (operator, "unsupported operand type(s) for -"),
        (reflected_operator, "unsupported operand type(s) for *"),
        (unary_operator, "bad operand type for unary -"),
        (keyword, "unexpected keyword argument 'retain_graph'"),
        (surplus_argument, "takes from 1 to 2 positional arguments but 3 were given"),
        (index, "not subscriptable"),
        (written_index, "does not support item assignment"),
        (in_place, "Tensor has no in-place +="),
        (context, "Tensor is no context manager"),
        (length, "has no len()"),
        (unpacked, "Tensor can't be taken apart"),
        (called, "not callable"),
        (unfinished, "it raises NotImplementedError"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_absent_is_missing(body, lacks):
    """A name, operator or keyword that is not there when it is looked up says so."""
    seen, stop = trace_of(body)
    assert (seen, stop.reason) == ({}, "missing")
    assert lacks in stop.lacks


def raises_inside(lib):
    lib.observe("y", lib.tensor(1.0) * "text")


def attribute_error_inside(lib):
    lib.observe("y", lib.tensor(1.0).half)


@pytest.mark.parametrize(
    ("body", "name"), [(raises_inside, "TypeError"), (attribute_error_inside, "AttributeError")]
)
def test_what_the_library_raises_is_raised(body, name):
    """The same exceptions out of the library's own code are errors, with its lines to show."""
    seen, stop = trace_of(body)
    assert (seen, stop.reason, stop.names[0]) == ({}, "raised", name)
    assert "self.data" in stop.traceback
    assert "gradmark/replay.py" not in stop.traceback


def test_a_refusal_is_an_observation_with_its_step():
    """What a block raises is seen with its classes, its message and the step, and goes on."""

    def body(lib):
        x = lib.tensor(1.0)
        with lib.raises("refused"):
            y = x + 1
            y.refused()
        with lib.raises("absent"):
            x.exp()
        with lib.raises("kept"):
            x + 1
        lib.observe("after", x)

    seen, stop = trace_of(body)
    assert stop is None
    assert seen["refused"] == Value(
        "raised",
        text="not like this",
        names=("ValueError", "Exception", "BaseException"),
        step=next(s.number for s in record(body).walk() if s.name == "refused"),
    )
    assert seen["absent"].names[0] == "Missing"
    assert seen["kept"].kind == "returned"
    assert number(seen["after"]) == 1.0


def test_a_missing_operator_in_a_block_keeps_pythons_class():
    """Where Python itself raises TypeError for an operator, both are known."""

    def body(lib):
        with lib.raises("absent"):
            lib.tensor(1.0) - 1
        lib.observe("x", lib.tensor(1.0))

    seen, _ = trace_of(body)
    assert seen["absent"].names == ("Missing", "TypeError", "Exception", "BaseException")


def asks_of_a_number(lib):
    x = lib.tensor(1.0)
    lib.observe("sum", x.data.item_of_nobody())


def asks_of_a_tensor(lib):
    x = lib.tensor(1.0)
    lib.observe("sum", x.item_of_nobody())


def adds_to_nothing(lib):
    x = lib.tensor(1.0)
    lib.observe("sum", x * (x.register_hook(x) @ x))


def calls_with_a_number(lib):
    x = lib.tensor(1.0)
    lib.observe("sum", lib.item_of_nobody(x.data))


@pytest.mark.parametrize(
    ("body", "misplaced"),
    [
        (asks_of_a_number, True),
        (asks_of_a_tensor, False),
        (adds_to_nothing, True),
        (calls_with_a_number, False),
    ],
)
def test_what_is_asked_of_no_tensor_is_misplaced(body, misplaced):
    """The library may have the name: it was looked for on something else."""
    _, stop = trace_of(body)
    assert stop.reason == "missing"
    assert stop.names[0] == "Missing"
    assert ("Misplaced" in stop.names) == misplaced


def test_after_a_refused_change_the_name_is_still_bound():
    """The slot of an augmented assignment is bound to its left operand first."""

    def body(lib):
        x = lib.tensor(1.0)
        held = x
        with lib.raises("refused"):
            x += 1
        lib.observe("same", lib.same(x, held))

    seen, stop = trace_of(body)
    assert stop is None
    assert seen["same"].data == b"\1"


def test_what_a_refusal_kept_from_being_made_is_an_unbound_name():
    """A library that refuses earlier than PyTorch has no later values, and the error says so."""

    def body(lib):
        with lib.raises("refused", or_earlier=True):
            y = lib.tensor(1.0) - 1
            y.refused()
        lib.observe("y", y)

    seen, stop = trace_of(body)
    assert list(seen) == ["refused"]
    assert (stop.reason, stop.names[0]) == ("raised", "UnboundLocalError")
