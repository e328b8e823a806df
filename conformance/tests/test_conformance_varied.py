"""Worked examples with other numbers: what a seed may change of a program, and what it keeps."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest

from gradmark.behaviour import Behaviour, Level
from gradmark.errors import Unfaithful
from gradmark.library import alternative
from gradmark.program import Array, Function, Program, walk
from gradmark.record import record
from gradmark.varied import other_number, other_numbers

SEEDS = range(1, 40)


def at(body: Any, seed: int) -> Program:
    return record(body, seed=str(seed), is_varied=True)


def operands(program: Program, name: str) -> list[Any]:
    return [step.args for step in walk(program.steps) if step.name == name]


def worked(lib: Any) -> None:
    x = lib.tensor([3.0, -3.0, 0.0, 2.5], requires_grad=True)
    y = (x * 4 + 1).sum() / 8
    lib.observe("y", y)


def test_seed_and_body_decide() -> None:
    """One seed gives the same program twice, two seeds give two, and every step stays."""
    plain = record(worked)
    assert at(worked, 5).to_json() == at(worked, 5).to_json()
    assert len({at(worked, seed).key for seed in SEEDS}) > len(SEEDS) // 2
    for seed in SEEDS:
        program = at(worked, seed)
        assert [(s.op, s.name, s.number, s.outs, s.line) for s in program.walk()] == [
            (s.op, s.name, s.number, s.outs, s.line) for s in plain.walk()
        ]
        assert (program.marks, program.names) == (plain.marks, plain.names)
        assert program.key != plain.key


def test_what_stays_of_the_numbers() -> None:
    """Equal ones stay equal; signs, order, zero and whole numbers stay; each of the rest moves."""
    for seed in SEEDS:
        program = at(worked, seed)
        ((data,),) = operands(program, "tensor")
        three, minus, zero, half = data.items
        four, one = operands(program, "mul")[0][1], operands(program, "add")[0][1]
        eight = operands(program, "truediv")[0][1]
        assert (minus, zero) == (-three, 0.0)
        assert 0 < half < three < four < eight
        assert {type(n) for n in (four, one, eight)} == {int}
        assert not {half, three} & {2.5, 3.0}
        assert (four, one, eight) != (4, 1, 8)


def test_a_number_moves_by_a_sixteenth_to_a_quarter() -> None:
    """No number is so near the old one that an answer to the old question could pass."""
    for seed in SEEDS:
        for size, other in other_numbers([0.5, 40.0, 1e-3], Random(seed)).items():
            assert 1 / 16 < abs(other / size - 1) < 1 / 4


def test_numbers_are_exact_in_float32() -> None:
    """A few bits more than the old one has, so that nothing is rounded on the way in."""
    for seed in SEEDS:
        for other in other_numbers([0.5, 3.0, 7.0, 0.125, 5], Random(seed)).values():
            assert float(np.float32(other)) == other


def test_crowded_numbers_keep_their_order() -> None:
    """Where the next one has no room it keeps its distance, whole numbers among them."""
    sizes = [1, 1.0625, 2, 2.125, 3, 4, 4.25, 5, 6.0, 6.25, 7]
    for seed in SEEDS:
        others = [other_numbers(sizes, Random(seed))[abs(n)] for n in sizes]
        assert all(one < next_one for one, next_one in pairwise(others))
        assert all(float(others[sizes.index(n)]).is_integer() for n in sizes if type(n) is int)


def test_no_factor_becomes_one() -> None:
    """A product by 1 would forgive whoever forgets the factor."""
    for seed in SEEDS:
        assert min(other_numbers([1, 2, 3], Random(seed)).values()) > 1


@pytest.mark.parametrize("number", [0.0, -0.0, 0, float("inf"), float("-inf")])
def test_special_numbers_stay(number: float) -> None:
    """They are what a question is about, or no size at all."""
    assert other_numbers([number], Random(1)) == {}
    assert repr(other_number(number, {})) == repr(number)


def test_no_number_stays_no_number() -> None:
    """NaN equals nothing, itself included, and still is left alone."""
    assert np.isnan(other_number(float("nan"), other_numbers([float("nan")], Random(1))))


def test_what_is_no_quantity_stays() -> None:
    """Exponents, indices, whole numbers as data, shapes, switches and rates are not touched."""

    def body(lib: Any) -> None:
        x = lib.tensor([[1.5, 2.5]], requires_grad=True)
        order = lib.tensor([1, 0])
        y = (x**2)[0, 1] + x.reshape(2, 1).sum(0, True) + x.clamp(-1.0, 1.0)
        lib.optim.SGD([x], lr=0.5)
        lib.observe("y", y * lib.ones(2) % 3)
        lib.observe("order", x[0][order] > 0.5)

    plain = record(body)
    for seed in SEEDS:
        before = [(s.args, s.kwargs) for s in plain.walk()]
        after = [(s.args, s.kwargs) for s in at(body, seed).walk()]
        assert [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [0]


def test_arrays_and_functions_vary_too() -> None:
    """The numbers of a NumPy array, and those inside a function, in a block and in place."""

    def body(lib: Any) -> None:
        x = lib.from_numpy(np.array([2.0, 6.0], np.float32))

        def hook(gradient: Any) -> Any:
            return gradient * 6.0

        x.register_hook(hook)
        with lib.no_grad():
            x *= 2.0
        lib.observe("x", x)

    for seed in SEEDS:
        program = at(body, seed)
        ((array,),) = operands(program, "from_numpy")
        assert isinstance(array, Array)
        two, six = np.frombuffer(array.data, array.dtype)
        ((_, function),) = operands(program, "register_hook")
        assert isinstance(function, Function)
        assert [args[1] for args in operands(program, "mul")] == [six, two]
        assert (two, six) != (2.0, 6.0)


def test_whoever_draws_is_not_varied() -> None:
    """Drawn numbers keep away from special points, and go where the seed sends them."""

    def body(lib: Any) -> None:
        lib.observe("y", lib.tensor(lib.draw(2)) * 3)

    for seed in SEEDS:
        assert at(body, seed).key == record(body, seed=str(seed)).key


def test_a_number_that_is_another_right_answer_keeps_all() -> None:
    """It was worked out from the numbers of the body; None and zero are right at any seed."""

    def body(lib: Any) -> None:
        lib.observe("y", lib.tensor(3.0) * 2, accept=[alternative("twice", 12.0)])

    def kink(lib: Any) -> None:
        lib.observe("y", lib.tensor(3.0) * 2, accept=[alternative("zero", [0.0, -0.0])])

    assert at(body, 3).key == record(body).key
    assert at(kink, 3).key != record(kink).key


def test_an_example_is_reckoned_with() -> None:
    """Its numbers are the written ones at seed 0 and the varied ones elsewhere, in plain Python."""

    def body(lib: Any) -> None:
        start, factor = lib.example(3.0, 2)
        y = lib.tensor(start) * factor
        lib.observe("y", y, accept=[alternative("twice", 2 * start * factor)])

    assert record(body).marks[0].accept[0].value == 12.0
    for seed in SEEDS:
        program = at(body, seed)
        ((start,),), ((_, factor),) = operands(program, "tensor"), operands(program, "mul")
        assert (start, factor) != (3.0, 2)
        assert (type(start), type(factor)) == (float, int)
        assert program.marks[0].accept[0].value == 2 * start * factor


def test_a_body_that_differs_is_still_refused() -> None:
    """Varying comes after the check that a body does the same twice."""
    rounds: list[int] = []

    def body(lib: Any) -> None:
        rounds.append(1)
        lib.observe("y", lib.tensor(1.0) * len(rounds))

    with pytest.raises(Unfaithful):
        at(body, 1)


def test_exact_behaviours_ask_the_same_at_every_seed() -> None:
    """Whoever gives a reason keeps the numbers; seed 0 has everybody keep them."""
    free = Behaviour("a.one", "X does Y", Level.MUST, "tensor", worked)
    exact = Behaviour("a.two", "X does Y", Level.MUST, "tensor", worked, exact="printed")
    plain = record(worked).key
    assert {exact.program(seed).key for seed in range(4)} == {plain}
    assert [free.program(seed).key == plain for seed in range(4)] == [True, False, False, False]
