"""The generated spec against mathematics: gradients by central differences, and stable draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from gradmark.behaviour import Behaviour, load_spec
from gradmark.lower import Shape, is_pure, shape
from gradmark.operations import TABLE
from gradmark.program import Array, Items, Operand, Ref, Step
from gradmark.record import record
from gradmark.replay import Env, Replay
from gradmark.surface import Surface

SPEC = load_spec()
CHAPTERS = {"operators", "operations"}
CONFIRMED = [b for b in SPEC if b.chapter in CHAPTERS and b.gradient]
KINKS = [b for b in SPEC if b.chapter == "kinks" and is_pure(b.program().steps)]
STEP = 2.0**-13
"""How far a number is moved: the smallest error of a central difference of fourth order."""

SIDE = 2.0**-20
"""How far a number is moved to one side of a kink."""

confirmed = pytest.mark.parametrize("behaviour", CONFIRMED, ids=lambda b: b.id)


@dataclass(frozen=True)
class Doubled:
    """A program's steps with float64 leaves of given numbers, and what it consists of."""

    steps: tuple[Step, ...]
    found: Shape
    leaves: dict[int, np.ndarray[Any, Any]]

    def root(self, leaves: dict[int, np.ndarray[Any, Any]]) -> float:
        """Return the number that backward starts from, where the leaves have other values."""
        assert self.found.backward is not None
        env: Env = {}
        run = Replay(Surface(torch))
        for step in self.steps:
            if step is self.found.backward:
                break
            if step.op in {"observe", "release"}:
                continue
            run.steps((_with(step, leaves.get(step.outs[0] if step.outs else 0)),), env)
        root, *given = run.operands(self.found.backward, env)
        value = root.detach()
        return float((value * given[0]).sum() if given else value.sum())


def _with(step: Step, numbers: np.ndarray[Any, Any] | None) -> Step:
    """Return a leaf's step so that it makes other numbers, exactly as they are."""
    if numbers is None:
        return step
    data = Array(numbers.dtype.str, numbers.shape, numbers.tobytes())
    return replace(step, name="tensor", args=(data,), kwargs=(("requires_grad", True),))


@cache
def doubled(behaviour: Behaviour) -> Doubled:
    """Take a behaviour's program apart, with its leaves' numbers in float64."""
    steps = behaviour.program().steps
    found = shape(steps)
    env: Env = {}
    run = Replay(Surface(torch))
    for step in steps:
        if step.outs and step.outs[0] in found.leaves:
            run.steps((step,), env)
    values = {slot: env[slot].detach().double().numpy() for slot in found.leaves}
    return Doubled(steps, found, values)


def moved(program: Doubled, slot: int, place: tuple[int, ...], by: float) -> float:
    """Return the root where one number of one leaf is moved."""
    numbers = program.leaves[slot].copy()
    numbers[place] += by
    return program.root({**program.leaves, slot: numbers})


def asked(behaviour: Behaviour) -> tuple[int, ...]:
    """Return the slots of the leaves whose gradients a behaviour is about."""
    program = behaviour.program()
    about = {
        operand
        for step in program.steps
        if step.mark is not None and not program.marks[step.mark].is_control
        for operand in step.args
    }
    reads = dict(doubled(behaviour).found.reads)
    return tuple(
        dict.fromkeys(
            reads[step.number]
            for step in program.steps
            if step.number in reads and Ref(step.outs[0]) in about
        )
    )


def slopes(behaviour: Behaviour) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
    """Yield the slot of each leaf whose gradient is read, and the gradient by differences."""
    program = doubled(behaviour)
    for slot in asked(behaviour):
        slope = np.zeros(program.leaves[slot].shape)
        for place in np.ndindex(slope.shape):
            near = moved(program, slot, place, STEP) - moved(program, slot, place, -STEP)
            far = moved(program, slot, place, 2 * STEP) - moved(program, slot, place, -2 * STEP)
            slope[place] = (8 * near - far) / (12 * STEP)
        yield slot, slope


def answered(behaviour: Behaviour) -> dict[int, np.ndarray[Any, Any]]:
    """Return PyTorch's gradients in float64, by the slot of the leaf."""
    program = doubled(behaviour)
    env: Env = {}
    run = Replay(Surface(torch))
    for step in program.steps:
        if step.op in {"observe", "release"}:
            continue
        run.steps((_with(step, program.leaves.get(step.outs[0] if step.outs else 0)),), env)
    return {slot: env[slot].grad.numpy() for slot in asked(behaviour)}


@pytest.fixture(autouse=True)
def _in_float64() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@confirmed
def test_gradients_are_the_slopes_of_the_forward(behaviour: Behaviour) -> None:
    """Each gradient that PyTorch answers is the slope of its own forward pass."""
    answers = answered(behaviour)
    assert answers
    for slot, slope in slopes(behaviour):
        assert answers[slot].shape == slope.shape
        np.testing.assert_allclose(answers[slot], slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("behaviour", KINKS, ids=lambda b: b.id)
def test_at_a_kink_the_slope_lies_between_both_sides(behaviour: Behaviour) -> None:
    """PyTorch's slope at a kink is one that can be defended, wherever there are finite ones."""
    program = doubled(behaviour)
    answers = answered(behaviour)
    here = program.root(program.leaves)
    for slot in asked(behaviour):
        for place in np.ndindex(program.leaves[slot].shape):
            sides = [(moved(program, slot, place, side) - here) / side for side in (SIDE, -SIDE)]
            answer = float(answers[slot][place])
            if np.isfinite([*sides, answer]).all() and abs(max(sides, key=abs)) < 1 / SIDE**0.25:
                assert min(sides) - 1e-4 <= answer <= max(sides) + 1e-4


def _numbers(operand: Operand) -> Iterator[float]:
    if isinstance(operand, Items):
        for item in operand.items:
            yield from _numbers(item)
    elif isinstance(operand, (int, float)) and not isinstance(operand, bool):
        yield float(operand)


def _leaf_numbers(behaviour: Behaviour, seed: int) -> list[float]:
    return [
        number
        for step in behaviour.program(seed).steps
        if dict(step.kwargs).get("requires_grad") is True
        for number in _numbers(step.args[0])
    ]


GENERATED = [b for b in SPEC if b.chapter == "operations"]


def test_a_wrong_gradient_is_seen() -> None:
    """Where the gradient is not the slope of the forward, the differences say so."""

    def body(lib: Any) -> None:
        x = lib.tensor([1.5, -2.0], requires_grad=True)
        (x * x.detach()).sum().backward()
        lib.observe("gradient", x.grad)

    wrong = replace(SPEC.get("operations.exp"), id="operations.wrong", body=body)
    ((slot, slope),) = slopes(wrong)
    np.testing.assert_allclose(slope, [3.0, -4.0], rtol=1e-7)
    np.testing.assert_array_equal(answered(wrong)[slot], [1.5, -2.0])


def test_the_same_seed_gives_the_same_program() -> None:
    """Everybody with the same seed is asked the same questions."""
    for behaviour in GENERATED[::10]:
        once, again = (record(behaviour.body, seed="3") for _ in range(2))
        assert once.wire() == again.wire()
        assert once.marks == again.marks


def test_another_seed_gives_other_numbers() -> None:
    """Answers can't be looked up: another seed has the same steps with other data."""
    for behaviour in GENERATED:
        here, there = behaviour.program(0), behaviour.program(1)
        assert [s.op for s in here.steps] == [s.op for s in there.steps]
        assert [m.label for m in here.marks] == [m.label for m in there.marks]
        assert _leaf_numbers(behaviour, 0) != _leaf_numbers(behaviour, 1)


@pytest.mark.parametrize(
    ("identity", "key"),
    [
        ("operations.exp", "332ae3dd903bd0351363a10d"),
        ("operations.matmul", "d3470d612700664f90f1e87f"),
        ("operations.add-broadcast-row", "780e4bb2b6486e0948b39159"),
        ("operations.max-dim", "600ffc2d97c3c98e90573521"),
        ("operations.sum-float64", "dbf43aa285237a3af0ea50c0"),
    ],
)
def test_programs_are_stable(identity: str, key: str) -> None:
    """What a seed means does not change from one version to the next without being noticed."""
    assert SPEC.get(identity).program().key == key


def test_operands_are_away_from_ties() -> None:
    """No number is drawn twice for one leaf: nothing is decided by a tie that nobody meant."""
    for behaviour in GENERATED:
        for step in behaviour.program().steps:
            if dict(step.kwargs).get("requires_grad") is True and step.name == "tensor":
                assert max(Counter(_numbers(step.args[0])).values()) == 1, behaviour.id


def test_the_table_is_as_large_as_it_says() -> None:
    """Operations and cases are counted by kind, so that none gets lost in silence."""
    assert Counter(operation.kind for operation in TABLE) == {
        "arithmetic": 11,
        "elementwise": 22,
        "reduction": 13,
        "shape": 19,
        "indexing": 9,
        "ordering": 3,
        "placing": 8,
        "product": 8,
        "softmax": 2,
        "loss": 7,
    }
    assert len(GENERATED) == sum(1 for row in TABLE for _ in row.behaviours())


def test_each_operation_speaks_for_itself() -> None:
    """No two behaviours share an explanation or a mistake: a sentence for all explains nothing."""
    for texts in ([b.why for b in GENERATED], [b.mistake for b in GENERATED]):
        assert [text for text, count in Counter(texts).items() if count > 1] == []
