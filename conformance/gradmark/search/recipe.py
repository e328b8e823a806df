"""What an example is, before it is a program: leaves, a few moves, and how backward is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from gradmark.compare import TOLERANCE
from gradmark.operations.numbers import nested
from gradmark.program import Program
from gradmark.record import record
from gradmark.search.moves import BY_NAME, Array, Params

LEAF_NAMES = "abcd"
NODE_NAMES = "pqrstu"

WAYS = ("once", "again", "twice", "apart")
"""Backward of all that comes out: once; again, through a graph that is built anew; twice through
one graph; or apart, of one result after the other."""

_PLAIN = (2.0, -3.0, 0.5, 1.5, -0.75, 2.5, -1.75, 3.5, -2.25, 0.25, -0.5, 1.25)
_WEIGHTS = (1.5, -2.0, 0.5, 3.0, -0.75, 2.5, -1.25)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf: its shape, and which of 32 fixed lists its numbers are."""

    shape: tuple[int, ...]
    data: int = 0

    @property
    def numbers(self) -> tuple[float, ...]:
        """Return its numbers: multiples of 1/64 between -2 and 2, all different."""
        size = prod(self.shape)
        if not self.data:
            return tuple(_PLAIN[n % len(_PLAIN)] for n in range(size))
        return tuple(((self.data * 41 + n * 53) % 255 - 127) / 64 for n in range(size))

    @property
    def array(self) -> Array:
        """Return its numbers in its shape."""
        return np.array(self.numbers, dtype=np.float64).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Node:
    """One move, on values that are counted from the first leaf on."""

    move: str
    operands: tuple[int, ...]
    params: Params = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """One example. ``largest`` is the largest number that occurs on the way forward."""

    leaves: tuple[Leaf, ...]
    nodes: tuple[Node, ...] = ()
    way: str = "once"
    largest: float = 1.0

    @property
    def used(self) -> frozenset[int]:
        """Return the values that a move uses."""
        return frozenset(operand for node in self.nodes for operand in node.operands)

    @property
    def ends(self) -> tuple[int, ...]:
        """Return the values that nothing uses: what is weighed, summed and sent backward."""
        first = len(self.leaves)
        found = [n for n in range(first, first + len(self.nodes)) if n not in self.used]
        return tuple(found) or (0,)

    @property
    def size(self) -> tuple[int, ...]:
        """Return how much there is to read: moves, leaves, elements, odd numbers."""
        elements = sum(prod(leaf.shape) for leaf in self.leaves)
        odd = sum(leaf.data > 0 for leaf in self.leaves)
        return len(self.nodes), len(self.leaves) + WAYS.index(self.way), elements, odd

    @property
    def tolerance(self) -> tuple[float, float]:
        """Return the relative and absolute tolerance, which grow with the moves."""
        rtol, atol = TOLERANCE["float32"]
        depth = 1 + len(self.nodes)
        return rtol * depth, atol * depth * max(1.0, self.largest)


def program_of(recipe: Recipe, *, is_double: bool = False, shift: float = 0.0) -> Program:
    """Return the program of an example.

    ``is_double`` asks in float64 and ``shift`` moves every number a little: both are for finding
    out whether a question has a steady answer.
    """
    named: dict[int, str] = {}
    program = record(_body(recipe, named, is_double, shift), is_known_good=True)
    return replace(program, names=tuple(sorted(named.items())))


def _body(
    recipe: Recipe, named: dict[int, str], is_double: bool, shift: float
) -> Callable[[Any], None]:
    rtol, atol = recipe.tolerance

    def body(lib: Any) -> None:
        kind = {"dtype": lib.float64} if is_double else {}
        values: list[Any] = []

        def name(value: Any, word: str) -> Any:
            named[value._gm_slot] = word  # noqa: SLF001 - a recorded value has no public names
            return value

        for number, leaf in enumerate(recipe.leaves):
            values.append(name(_made(lib, leaf, shift, kind), LEAF_NAMES[number]))
        arrays = values_of(recipe)

        def forward(nth: str) -> list[Any]:
            del values[len(recipe.leaves) :]
            for number, node in enumerate(recipe.nodes):
                operands = [values[operand] for operand in node.operands]
                result = BY_NAME[node.move].call(lib, *operands, *node.params)
                values.append(name(result, NODE_NAMES[number] + nth))
            return [_weighed(lib, values[end], arrays[end].shape, kind) for end in recipe.ends]

        if recipe.way == "again":
            _go_back(forward("1"), "once")
        _go_back(forward("2" if recipe.way == "again" else ""), recipe.way)
        words = dict(enumerate((*LEAF_NAMES[: len(recipe.leaves)], *NODE_NAMES)))
        for end in recipe.ends:
            lib.observe(f"value of {words[end]}", values[end], rtol=rtol, atol=atol)
        for number in range(len(recipe.leaves)):
            label = f"gradient of {words[number]}"
            lib.observe(label, values[number].grad, rtol=rtol, atol=atol)

    return body


def _made(lib: Any, leaf: Leaf, shift: float, kind: dict[str, Any]) -> Any:
    if not prod(leaf.shape):
        return lib.zeros(leaf.shape, requires_grad=True, **kind)
    numbers = nested(iter([number + shift for number in leaf.numbers]), leaf.shape)
    return lib.tensor(numbers, requires_grad=True, **kind)


def _weighed(lib: Any, value: Any, shape: tuple[int, ...], kind: dict[str, Any]) -> Any:
    if not shape:
        return value * _WEIGHTS[0]
    if not prod(shape):
        return value.sum()
    weights = iter([_WEIGHTS[n % len(_WEIGHTS)] for n in range(prod(shape))])
    return (value * lib.tensor(nested(weights, shape), **kind)).sum()


def _go_back(terms: list[Any], way: str) -> None:
    if way == "apart":
        *first, last = terms
        for term in first:
            term.backward(retain_graph=True)
        last.backward()
        return
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    if way == "twice":
        total.backward(retain_graph=True)
    total.backward()


def values_of(recipe: Recipe) -> list[Array]:
    """Return what NumPy makes of an example. Raises ValueError where a move does not fit."""
    arrays = [leaf.array for leaf in recipe.leaves]
    for node in recipe.nodes:
        operands = tuple(arrays[operand] for operand in node.operands)
        move = BY_NAME[node.move]
        fits = node.params in move.choices(operands[0])
        made = move.outcome(operands, node.params) if fits else None
        if made is None:
            message = f"{node.move} does not fit"
            raise ValueError(message)
        arrays.append(made)
    return arrays


def trimmed(recipe: Recipe) -> Recipe:
    """Return an example without the leaves that nothing uses."""
    kept = [n for n in range(len(recipe.leaves)) if n in recipe.used]
    if not recipe.nodes:
        kept = [0]
    count = len(recipe.leaves)
    places = {old: new for new, old in enumerate(kept)}
    places |= {count + n: len(kept) + n for n in range(len(recipe.nodes))}
    return replace(
        recipe,
        leaves=tuple(recipe.leaves[n] for n in kept),
        nodes=tuple(
            replace(node, operands=tuple(places[o] for o in node.operands)) for node in recipe.nodes
        ),
    )
