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
        (itertools.count(), next),
        (deque(), lambda state: state.append(1)),
        (has_a_name, lambda state: setattr(state, "calls", 1)),
    ],
    ids=["attribute", "iterator", "deque", "function's attribute"],
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


@pytest.mark.parametrize("behaviour", load_spec().behaviours, ids=lambda b: b.id)
def test_the_shipped_spec_is_recorded_with_every_check(behaviour):
    """A run trusts the spec's bodies, because here each passes every check, to the same program."""
    checked = record(behaviour.body, seed=f"0:{behaviour.id}")
    assert checked == behaviour.program()
