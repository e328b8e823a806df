"""Worked examples with other numbers: what a seed makes of a program that draws none.

Equal numbers stay equal, signs and order stay, and so do zero, infinity and NaN; whole numbers
stay whole. Only the data that tensors are made of and the numbers that are added, subtracted,
multiplied and divided are others: exponents, indices, shapes, rates and switches are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import ceil, isfinite
from random import Random

import numpy as np

from gradmark.program import Array, Function, Items, Operand, Program, Step

MAKERS = {"tensor": 0, "as_tensor": 0, "from_numpy": 0, "full": 1, "full_like": 1}
"""The functions that make a tensor of data, and which of their operands the data are."""

OPERATORS = frozenset({"add", "sub", "mul", "truediv"})
METHODS = frozenset({"add", "add_", "sub", "sub_", "mul", "mul_", "div", "div_"})

_SIXTEENTH = 4
_FACTORS = tuple(n / 64 for n in range(49, 80, 2) if abs(n - 64) > _SIXTEENTH)
"""What a number is multiplied by: it moves by a sixteenth to a quarter, and stays exact."""


def varied(program: Program, random: Random) -> Program:
    """Return the same steps with other numbers.

    A program that names a number as another right answer is returned as it is.
    """
    marks = program.marks
    named = [a for mark in marks for a in (*mark.accept, *(a for _, a in mark.instead))]
    if any(number for other in named for number in _inside(other.value)):
        return program
    others = other_numbers(_numbers(program.steps), random)
    return replace(program, steps=_changed(program.steps, others), _sent=[])


def other_numbers(numbers: Iterable[float], random: Random) -> dict[float, float]:
    """Map the size of every number to another one, in order.

    A size that is also written as a whole number becomes a whole number.
    """
    known = list(numbers)
    whole = {abs(n) for n in known if isinstance(n, int)}
    others: dict[float, float] = {}
    last = other = 0.0
    for size in sorted({abs(n) for n in known if n and isfinite(n)}):
        if size in whole:
            choices = [c for c in (size - 1, size + 1, size + 2) if c > max(other, 1)]
        else:
            choices = [size * f for f in _FACTORS if size * f > other]
        choices = choices or [other + size - last]
        chosen = choices[int(random.random() * len(choices))]
        last, other = size, ceil(chosen) if size in whole else chosen
        others[size] = other
    return others


def other_number(number: float, others: Mapping[float, float]) -> float:
    """Return what became of a number, of its own sign and type."""
    if not number or not isfinite(number):
        return number
    other = others[abs(number)] * (1 if number > 0 else -1)
    return int(other) if isinstance(number, int) else float(other)


def _places(step: Step) -> range:
    """Return which operands of a step are numbers that may be others."""
    if step.op == "call" and step.name in MAKERS:
        return range(MAKERS[step.name], MAKERS[step.name] + 1)
    if step.op in {"binary", "inplace"} and step.name in OPERATORS:
        return range(len(step.args))
    if step.op == "method" and step.name in METHODS:
        return range(1, 2)
    return range(0)


def _numbers(steps: tuple[Step, ...]) -> Iterator[float]:
    for step in steps:
        for value in step.args[_places(step).start : _places(step).stop]:
            yield from _inside(value, is_data=step.op == "call")
        yield from _numbers(step.body)
        for value in (*step.args, *(value for _, value in step.kwargs)):
            if isinstance(value, Function):
                yield from _numbers(value.body)


def _inside(value: Operand, *, is_data: bool = False) -> Iterator[float]:
    """Yield the numbers that may be others; whole numbers as data may be places."""
    match value:
        case bool():
            return
        case float():
            yield value
        case int() if not is_data:
            yield value
        case Items(items=items):
            for item in items:
                yield from _inside(item, is_data=is_data)
        case Array(dtype=dtype, data=data) if np.dtype(dtype).kind == "f":
            yield from np.frombuffer(data, dtype).tolist()


def _other(value: Operand, others: Mapping[float, float], *, is_data: bool) -> Operand:
    match value:
        case bool():
            return value
        case float():
            return other_number(value, others)
        case int() if not is_data:
            return other_number(value, others)
        case Items(kind, items):
            return Items(kind, tuple([_other(i, others, is_data=is_data) for i in items]))
        case Array(dtype, shape, data) if np.dtype(dtype).kind == "f":
            changed = [other_number(n, others) for n in np.frombuffer(data, dtype).tolist()]
            return Array(dtype, shape, np.array(changed, dtype).tobytes())
    return value


def _changed(steps: tuple[Step, ...], others: Mapping[float, float]) -> tuple[Step, ...]:
    return tuple([_changed_step(step, others) for step in steps])


def _changed_step(step: Step, others: Mapping[float, float]) -> Step:
    def inside(value: Operand) -> Operand:
        if isinstance(value, Function):
            return replace(value, body=_changed(value.body, others))
        return value

    places, is_data = _places(step), step.op == "call"
    args = [
        _other(value, others, is_data=is_data) if number in places else inside(value)
        for number, value in enumerate(step.args)
    ]
    named = [(name, inside(value)) for name, value in step.kwargs]
    body = _changed(step.body, others)
    return replace(step, args=tuple(args), kwargs=tuple(named), body=body)
