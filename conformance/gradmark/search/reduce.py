"""Making an example smaller than coins can: whole moves are taken out, and what is left put right.

Hypothesis shrinks what was drawn; a move in the middle of a chain is not always a part of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from gradmark.search.recipe import Leaf, Recipe, trimmed, values_of


def reduced(recipe: Recipe, is_still_wrong: Callable[[Recipe], bool]) -> Recipe:
    """Return the smallest example that is still wrong, changing one thing at a time."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(recipe):
            if is_still_wrong(candidate):
                recipe, smaller = candidate, True
                break
    return recipe


def _smaller(recipe: Recipe) -> Iterator[Recipe]:
    for candidate in _changed(recipe):
        try:
            arrays = values_of(candidate)
        except ValueError:
            continue
        largest = max((float(np.max(np.abs(a))) for a in arrays if a.size), default=1.0)
        found = replace(candidate, largest=largest)
        if found.size < recipe.size:
            yield found


def _changed(recipe: Recipe) -> Iterator[Recipe]:
    for number in range(len(recipe.nodes)):
        for operand in dict.fromkeys(recipe.nodes[number].operands):
            if len(recipe.nodes) > 1:
                yield _without(recipe, number, operand)
    if recipe.way != "once":
        yield replace(recipe, way="once")
    for number, leaf in enumerate(recipe.leaves):
        for other in range(number):
            yield trimmed(_merged(recipe, number, other))
        rest = leaf.shape[1:]
        for shape in ((2,), rest, (1, *rest), (2, *rest), (2, 2), leaf.shape):
            for data in dict.fromkeys((0, leaf.data)):
                changed = (*recipe.leaves[:number], Leaf(shape, data), *recipe.leaves[number + 1 :])
                yield replace(recipe, leaves=changed)


def _without(recipe: Recipe, number: int, operand: int) -> Recipe:
    """Take a move out; who used its result uses one of its operands."""
    gone = len(recipe.leaves) + number

    def place(value: int) -> int:
        if value == gone:
            return operand
        return value - (value > gone)

    nodes = tuple(
        replace(node, operands=tuple(place(o) for o in node.operands))
        for at, node in enumerate(recipe.nodes)
        if at != number
    )
    return trimmed(replace(recipe, nodes=nodes))


def _merged(recipe: Recipe, number: int, other: int) -> Recipe:
    """Have one leaf stand for another as well."""
    nodes = tuple(
        replace(node, operands=tuple(other if o == number else o for o in node.operands))
        for node in recipe.nodes
    )
    return replace(recipe, nodes=nodes)
