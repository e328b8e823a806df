"""Hypothesis draws examples, which needs no more than coins.

Its whole numbers would be tossed together with constants from the modules that happen to be loaded,
so that one seed gave other examples in another repository; coins are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradmark.errors import GradmarkError
from gradmark.search.moves import Array, Move
from gradmark.search.recipe import LEAF_NAMES, NODE_NAMES, WAYS, Leaf, Node, Recipe, trimmed

SHAPES: dict[str, tuple[tuple[int, ...], ...]] = {
    "scalar": ((),),
    "tensor": (
        (2,), (3,), (), (1,), (2, 3), (3, 2), (1, 3), (2, 1), (3, 3), (2, 2), (1, 1), (4,), (3, 1),
    ),
    "torch": (
        (2, 1, 3), (2, 3, 4), (3, 2, 2), (2, 2, 3), (1, 2, 2), (4, 1, 2), (0,), (0, 3), (2, 0),
    ),
}  # fmt: skip


def shapes_of(profile: str) -> tuple[tuple[int, ...], ...]:
    """Return the shapes that leaves may have."""
    if profile == "scalar":
        return SHAPES["scalar"]
    return SHAPES["tensor"] + (SHAPES["torch"] if profile == "torch" else ())


def hypothesis() -> Any:
    """Return the module hypothesis. Raises `GradmarkError` where it is not installed."""
    try:
        import hypothesis as found
    except ImportError as error:
        raise GradmarkError(
            "no-hypothesis",
            "a search needs Hypothesis, which is not installed",
            cause="" if isinstance(error, ModuleNotFoundError) else str(error),
            hint="pip install 'gradmark[search]'",
        ) from None
    return found


def recipes(
    moves: Sequence[Move], shapes: Sequence[tuple[int, ...]], ways: Sequence[str] = WAYS
) -> Any:
    """Return Hypothesis' strategy of examples that are made of these."""
    from hypothesis import strategies

    coins = strategies.booleans()
    leaf = strategies.composite(_leaf)(coins, shapes)
    step = strategies.composite(_step)

    def drawn(draw: Callable[[Any], Any]) -> Recipe:
        leaves = tuple(draw(leaf) for _ in range(1 + _index(draw, coins, len(LEAF_NAMES) - 1)))
        nodes: list[Node] = []
        arrays = [each.array for each in leaves]
        while len(nodes) < len(NODE_NAMES) and (not nodes or _index(draw, coins, 4)):
            found = draw(step(coins, moves, tuple(arrays)))
            if found is None:
                break
            nodes.append(found[0])
            arrays.append(found[1])
        way = ways[_index(draw, coins, 2 * len(ways)) % len(ways)] if draw(coins) else ways[0]
        largest = max((float(np.max(np.abs(a))) for a in arrays if a.size), default=1.0)
        return trimmed(replace(Recipe(leaves, tuple(nodes), way), largest=largest))

    return strategies.composite(drawn)()


def _index(draw: Callable[[Any], Any], coins: Any, count: int) -> int:
    """Toss for a number below ``count``; all tails is 0."""
    number = 0
    for _ in range(max(count - 1, 0).bit_length()):
        number = 2 * number + draw(coins)
    return number % count


def _leaf(draw: Callable[[Any], Any], coins: Any, shapes: Sequence[tuple[int, ...]]) -> Leaf:
    return Leaf(shapes[_index(draw, coins, len(shapes))], _index(draw, coins, 32))


def _step(
    draw: Callable[[Any], Any], coins: Any, moves: Sequence[Move], arrays: tuple[Array, ...]
) -> tuple[Node, Array] | None:
    """Draw a move that fits what is there, the latest values first; None where none does."""
    count = len(arrays)
    first = count - 1 - _index(draw, coins, count)
    second = count - 1 - _index(draw, coins, count)
    start, turn = _index(draw, coins, len(moves)), _index(draw, coins, 4)
    # The first one that fits from there on: trying them all would take longer than asking them.
    for move in (*moves[start:], *moves[:start]):
        operands = (first, second)[: move.operands]
        given = tuple(arrays[operand] for operand in operands)
        choices = move.choices(given[0])
        for number in range(len(choices)):
            params = choices[(turn + number) % len(choices)]
            made = move.outcome(given, params)
            if made is not None:
                return Node(move.name, operands, params), made
    return None
