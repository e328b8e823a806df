"""The search: what it finds, what it leaves alone, and that it asks the same again."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from importlib import import_module

import numpy as np
import pytest

from gradmark.compare import to_array
from gradmark.errors import GradmarkError
from gradmark.operations import TABLE
from gradmark.replay import replay
from gradmark.script import as_library, as_torch
from gradmark.search import search
from gradmark.search.explore import _alone, steady
from gradmark.search.moves import MOVES
from gradmark.search.recipe import Leaf, Node, Recipe, program_of, values_of
from gradmark.search.reduce import reduced
from gradmark.search.strategy import shapes_of
from gradmark.session import Answer, BackendInfo
from gradmark.surface import Missing, Surface
from gradmark.verdict import Outcome
from gradmark_reference import model
from gradmark_reference.live import Live
from gradmark_reference.mutants import build, load_bank
from gradmark_reference.mutants.matrix import Here, Stored

BANK = {mutant.id: mutant for mutant in load_bank()}


@cache
def live() -> Live:
    return Live()


class Asked:
    """A namespace as a backend in this process, which keeps the programs that it was asked."""

    info = BackendInfo("asked")

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.keys: list[str] = []

    def ask(self, program, *, fresh=False):
        self.keys.append(program.key)
        return Answer(replay(program, self.surface))

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    "name",
    [
        "last-share-wins",
        "depth-first-order",
        "broadcast-averaged",
        "tanh-square-sums",
    ],
)
def test_a_bug_is_found_and_shrunk(name, tmp_path):
    """Within 200 examples, down to a handful of operations, and the script shows it."""
    package = f"searched_{name.replace('-', '_')}"
    backend = Here(build(BANK[name], tmp_path, package), Stored)
    try:
        searched = search(backend, live(), profile="torch")
        assert searched.asked <= 200
        found = searched.findings[0]
        assert found.moves <= 2
        assert found.outcome is Outcome.FAIL
        assert found.detail.expected != found.detail.observed
        sys.path.insert(0, str(tmp_path))
        mine = printed(as_library(found.program, module=package)[0])
    finally:
        sys.path.remove(str(tmp_path))
        backend.close()
    theirs = printed(as_torch(found.program))
    assert list(mine) == list(theirs)
    assert not np.allclose(mine[found.detail.label], theirs[found.detail.label])


def test_three_axes_are_met_often(tmp_path):
    """What shows with three axes alone, and not when two are exchanged, is found as well."""
    backend = Here(build(BANK["permute-twice"], tmp_path, "searched_permute_twice"), Stored)
    try:
        found = search(backend, live(), profile="torch").findings[0]
    finally:
        backend.close()
    assert found.moves <= 2
    assert any(".permute(" in line for line in as_torch(found.program))


def printed(lines):
    """What a script prints, by label."""
    out = io.StringIO()
    values = {}

    def show(label, value):
        values[label.rstrip(":")] = np.asarray(value.detach().numpy())
        out.write(label)

    with redirect_stdout(out):
        exec("\n".join(lines), {"print": show})
    return values


def test_nothing_is_found_in_the_model():
    """300 examples of all that there is, and the model lacks none of it."""
    searched = search(Asked(Stored(model)), live(), profile="torch", examples=300)
    assert searched == replace(searched, asked=300, unsteady=0, left_out=(), findings=())


def test_nothing_is_found_in_pytorch():
    """300 other examples, of PyTorch itself."""
    backend = Asked(Surface(import_module("torch")))
    searched = search(backend, live(), profile="torch", examples=300, seed=1)
    assert (searched.asked, searched.findings) == (300, ())


def test_one_seed_asks_the_same():
    """The programs are equal, in order; another seed has others."""
    keys = []
    for seed in (5, 5, 6):
        backend = Asked(Stored(model))
        search(backend, live(), profile="tensor", examples=25, seed=seed)
        keys.append(backend.keys)
    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


class Poor(Stored):
    """The model without tanh, no_grad and retain_graph."""

    def method(self, owner, name, args, kwargs):
        if name == "tanh" or kwargs.get("retain_graph"):
            raise Missing(name)
        return super().method(owner, name, args, kwargs)

    def call(self, path, args, kwargs):
        if path == "no_grad":
            raise Missing(path)
        return super().call(path, args, kwargs)


def test_what_is_missing_is_left_out():
    """It is learnt before anything is searched, and never found."""
    searched = search(Asked(Poor(model)), live(), profile="tensor", examples=60)
    assert searched.left_out == ("tanh", "no-grad", "backward twice", "backward apart")
    assert searched.findings == ()


def test_a_library_that_has_nothing():
    """There is nothing to search, and the message says what is missing."""
    with pytest.raises(GradmarkError, match="nothing-to-search"):
        search(Asked(Surface(object())), live(), profile="scalar", examples=5)


class Rough:
    """PyTorch, whose float64 answers are off by one."""

    answers, version, is_the_specs = "live", "2.13.0", True

    def expected(self, program):
        trace = live().expected(program)
        if any("float64" in repr(step) for step in program.steps):
            return replace(trace, seen=tuple(map(self.moved, trace.seen)))
        return trace

    def moved(self, seen):
        array = to_array(seen.value)
        assert array is not None
        return replace(seen, value=replace(seen.value, data=(array + 1).tobytes()))


class Swapped(Stored):
    """The model with the exponential for tanh."""

    def method(self, owner, name, args, kwargs):
        return super().method(owner, "exp" if name == "tanh" else name, args, kwargs)


def test_an_unsteady_answer_is_no_finding():
    """What PyTorch answers otherwise in float64 is left alone, and counted."""
    recipe = Recipe((Leaf((2,)),), (Node("tanh", (0,)),))
    assert steady(recipe, live())
    assert not steady(recipe, Rough())
    searched = search(Asked(Swapped(model)), Rough(), profile="scalar", examples=60)
    assert searched.findings == ()
    assert searched.unsteady > 0
    found = search(Asked(Swapped(model)), live(), profile="scalar", examples=60).findings
    assert [(f.moves, f.outcome) for f in found] == [(1, Outcome.FAIL)]


class Dying(Asked):
    """A worker that is lost wherever something is added and something exponentiated."""

    def ask(self, program, *, fresh=False):
        answer = super().ask(program, fresh=fresh)
        names = {step.name for step in program.steps}
        return Answer(None, Outcome.TIMEOUT, "too slow") if {"add", "exp"} <= names else answer


def test_a_lost_worker_ends_the_search():
    """Shrinking would lose many more."""
    backend = Dying(Stored(model))
    searched = search(backend, live(), profile="scalar", examples=200)
    (found,) = searched.findings
    assert found.outcome is Outcome.TIMEOUT
    before = len(backend.keys)
    assert before < searched.asked + 40


def test_an_example_is_reduced():
    """Moves that do not matter go, leaves become one, numbers become plain."""
    start = Recipe(
        (Leaf((2, 3), 7), Leaf((3,), 9)),
        (Node("add", (0, 1)), Node("tanh", (2,)), Node("transpose", (3,)), Node("sum", (4,))),
        "twice",
    )
    small = reduced(start, lambda recipe: any(node.move == "tanh" for node in recipe.nodes))
    assert small.leaves == (Leaf(()),)
    assert (small.nodes, small.way) == ((Node("tanh", (0,)),), "once")


def test_moves_are_rows_of_the_table():
    """A search is made of the spec's operations."""
    assert {move.row for move in MOVES} <= {row.name for row in TABLE}
    assert len({move.name for move in MOVES}) == len(MOVES)


def test_numpy_agrees_about_every_move():
    """Shapes and special points are worked out on the numbers that PyTorch has as well."""
    for move in MOVES:
        recipe = next(_alone(move, shapes_of("torch")))
        value = to_array(live().expected(program_of(recipe)).seen[0].value)
        expected = values_of(recipe)[-1]
        assert value is not None, move.name
        assert value.shape == expected.shape, move.name
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5, err_msg=move.name)


def test_tolerance_grows_with_the_moves():
    """Each move may round once more; numbers of size 8 may be 8 times as far off."""
    one, two = Node("mul", (0, 0)), Node("mul", (1, 1))
    assert Recipe((Leaf(()),), (one,)).tolerance == pytest.approx((4e-5, 4e-6))
    assert Recipe((Leaf(()),), (one, two), largest=8.0).tolerance == pytest.approx((6e-5, 4.8e-5))


def test_hypothesis_is_asked_for_by_name(monkeypatch):
    """Without it, the message says what to install."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(GradmarkError, match=r"gradmark\[search\]"):
        search(Asked(Stored(model)), live(), profile="scalar", examples=1)
