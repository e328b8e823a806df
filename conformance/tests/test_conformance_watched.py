"""What a body's source can't tell is seen while it is recorded, and refused as loudly."""

import importlib
import inspect
import itertools
from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

from gradmark.behaviour import load_spec
from gradmark.errors import Unfaithful
from gradmark.record import record

distant: Any = None  # the module that a test puts here


def has_a_name():
    """Stand for a function that somebody hangs a number on."""


def takes_one_branch(x):
    return x if x.grad is None else x.grad  # in the helper


def test_helpers_of_the_module_are_read_too():
    """A function that the body calls is held to the same rules, also where a lambda calls it."""

    def body(lib):
        makers = [lambda t: takes_one_branch(t * 2)]
        lib.observe("x", makers[0](lib.ones(1)))

    with pytest.raises(Unfaithful, match="`is` can't be recorded") as error:
        record(body)
    _, first = inspect.getsourcelines(takes_one_branch)
    assert error.value.where == f"{__file__}:{first + 1}"


def test_helpers_of_another_package_are_read_when_they_are_called(tmp_path, monkeypatch):
    """Whoever is given a recorded value is held to the rules, wherever it was written."""
    package = tmp_path / "elsewhere"
    package.mkdir()
    helper = package / "helpers.py"
    (package / "__init__.py").touch()
    helper.write_text(
        "class Chosen:\n"
        "    def of(self, x):\n"
        "        return x if x.grad is None else x.grad\n"
        "def doubled(x):\n"
        "    return 2 * x if isinstance(2, int) else x\n"
        "def kind_of(x):\n"
        "    ask = isinstance\n"
        "    return ask(x, float)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    helpers = importlib.import_module("elsewhere.helpers")

    def branches(lib):
        lib.observe("x", helpers.Chosen().of(lib.ones(1)))

    def asks(lib):
        lib.observe("x", helpers.doubled([lib.ones(1)][0]))

    def asks_by_another_name(lib):
        lib.observe("x", helpers.kind_of(lib.ones(1)))

    for body, what, line in [
        (branches, "`is`", 3),
        (asks, "`isinstance()`", 5),
        (asks_by_another_name, "`isinstance()`", 7),
    ]:
        with pytest.raises(Unfaithful) as error:
            record(body)
        assert error.value.what == what
        assert error.value.where == f"{helper}:{line}"


def test_a_built_in_function_is_known_by_what_it_is():
    """An alias that only a container or an object holds asks the same question."""

    class Tools:
        ask = isinstance

    tools: list[Any] = [Tools, isinstance]

    def through_an_object(lib):
        lib.observe("x", tools[0].ask(lib.ones(1), float))

    def through_a_list(lib):
        lib.observe("x", tools[1](1.0, float))

    for body in (through_an_object, through_a_list):
        with pytest.raises(Unfaithful, match=r"`isinstance\(\)` can't be recorded"):
            record(body)


def test_a_body_that_keeps_count_is_refused():
    """What differs from one recording to the next is no behaviour."""
    counter = itertools.count(1)

    def body(lib):
        lib.observe("x", lib.ones(1) * next(counter))

    with pytest.raises(Unfaithful, match="does something else the second time"):
        record(body)


@pytest.mark.parametrize(
    ("state", "change"),
    [
        (SimpleNamespace(calls=0), lambda state: setattr(state, "calls", state.calls + 1)),
        (bytearray(1), lambda state: state.append(1)),
        (deque(), lambda state: state.append(1)),
        (has_a_name, lambda state: setattr(state, "calls", 1)),
    ],
    ids=["attribute", "bytes", "deque", "function's attribute"],
)
def test_a_hook_that_keeps_count_is_refused(state, change):
    """A hook is recorded once, so what it counts outside of itself would stay at one."""

    def body(lib):
        x = lib.ones(1, requires_grad=True)

        def count(g):
            change(state)
            return g * 2

        x.register_hook(count)
        x.sum().backward()
        lib.observe("x", x.grad)

    with pytest.raises(Unfaithful, match=r"changes what is outside|which is bound anew or changed"):
        record(body)


@pytest.mark.parametrize(
    "state",
    [
        iter([1.0, 10.0]),
        itertools.count(),
        itertools.cycle([1.0, 2.0]),
        zip([1.0], [2.0], strict=True),
        enumerate([1.0]),
        reversed([1.0]),
    ],
    ids=lambda state: type(state).__name__,
)
def test_an_iterator_that_a_hook_reads_is_refused(state):
    """Where an iterator is can't be told without moving it."""

    def body(lib):
        x = lib.ones(1, requires_grad=True)
        x.register_hook(lambda g: g * next(state))
        x.sum().backward()
        lib.observe("x", x.grad)

    with pytest.raises(Unfaithful, match="an iterator from outside") as error:
        record(body)
    _, first = inspect.getsourcelines(body)
    assert error.value.where == f"{__file__}:{first + 2}"


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """Write a package of helpers and import it, together with its file."""
    folder = tmp_path_factory.mktemp("tools")
    (folder / "distant.py").write_text(DISTANT)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module("distant")


DISTANT = """\
import operator

kind = type
is_ = operator.is_
mapper = map
counter = [0]


class Counts:
    calls = 0
    __slots__ = ("value",)


class Box:
    def __init__(self, value):
        self.value = value

    def is_none(self):
        return self.value is None


def is_nested_none(value):
    return value[0][0] is None


def bump():
    counter[0] += 1


def bumped():
    bump()
    return counter[0]


def called():
    Counts.calls += 1
    return Counts.calls


def seen(kept=[]):
    kept.append(1)
    return len(kept)


def plain():
    return 2.0
"""


def line_of(text):
    """Return the line of the helpers in which a text is."""
    return next(n for n, line in enumerate(DISTANT.splitlines(), 1) if text in line)


def test_a_helper_is_read_wherever_the_recorded_value_is_kept(tools):
    """An object, a namespace or a nested list hides no value from the rules."""

    def in_an_object(lib):
        lib.observe("n", lib.tensor(1.0 if tools.Box(lib.ones(1).grad).is_none() else 0.0))

    def in_nested_lists(lib):
        lib.observe("n", lib.tensor(1.0 if tools.is_nested_none([[lib.ones(1).grad]]) else 0.0))

    for body, text in [(in_an_object, "self.value is None"), (in_nested_lists, "value[0][0]")]:
        with pytest.raises(Unfaithful) as error:
            record(body)
        assert (error.value.what, error.value.where) == (
            "`is`",
            f"{tools.__file__}:{line_of(text)}",
        )


@pytest.mark.parametrize("helper", ["bumped", "called", "seen"])
def test_a_helper_that_keeps_count_for_a_hook_is_refused(tools, helper):
    """A hook's helper may be in another package, and be given nothing that is recorded."""
    count = getattr(tools, helper)

    def body(lib):
        tools.counter[0] = tools.Counts.calls = 0
        x = lib.ones(1, requires_grad=True)
        x.register_hook(lambda g: g * count())
        x.sum().backward()
        lib.observe("x", x.grad)

    with pytest.raises(Unfaithful, match="which changes what is outside of it"):
        record(body)


def test_a_helper_under_a_module_is_followed(tools):
    """What a hook reaches as `module.name` keeps a count as well as a name of its own."""

    def body(lib):
        x = lib.ones(1, requires_grad=True)
        x.register_hook(lambda g: g * tools.bumped())
        x.sum().backward()
        lib.observe("x", x.grad)

    with pytest.raises(Unfaithful, match="which changes what is outside of it"):
        record(body)


def test_a_helper_without_a_state_is_recorded(tools):
    """A function that gives the same every time is no matter of a refusal."""

    def body(lib):
        x = lib.ones(1, requires_grad=True)
        x.register_hook(lambda g: g * tools.plain())
        x.sum().backward()
        lib.observe("x", x.grad)

    assert [mark.label for mark in record(body).marks] == ["x"]


def test_a_name_under_a_module_is_known_by_what_it_is(tools, monkeypatch):
    """An attribute of a module asks what the built-in function behind it asks."""

    def of_type(lib):
        lib.observe("n", lib.tensor(float(distant.kind(lib.ones(1).grad) == distant.kind(None))))

    def of_is(lib):
        made = [*distant.mapper(distant.is_, [lib.ones(1).grad], [None])]
        lib.observe("n", lib.tensor(float(made[0])))

    monkeypatch.setitem(globals(), "distant", tools)
    with pytest.raises(Unfaithful, match=r"`distant.kind\(\)`, which is `type\(\)`,"):
        record(of_type)
    with pytest.raises(Unfaithful, match=r"`distant.is_`, which acts"):
        record(of_is)


def test_what_is_bound_anew_after_a_refusal_may_be_read():
    """A name that gets another value first says nothing of the refused block."""

    def body(lib):
        x = lib.ones(2)
        with lib.raises("refused"):
            y = x.reshape(7)
            lib.observe("inside", y)
        y = x * 2
        lib.observe("y", y)

    assert [mark.label for mark in record(body).marks] == ["refused", "inside", "y"]


@pytest.mark.parametrize("behaviour", load_spec().behaviours, ids=lambda b: b.id)
def test_the_shipped_spec_is_recorded_with_every_check(behaviour):
    """A run trusts the spec's bodies, because here each passes every check, to the same program."""
    checked = record(behaviour.body, seed=f"0:{behaviour.id}")
    assert checked == behaviour.program()
