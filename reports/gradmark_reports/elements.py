"""The elements of two arrays, laid out in rows, with those that differ marked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from gradmark.verdict import Detail


@dataclass(frozen=True, slots=True)
class Cell:
    """One element as text."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Two arrays, a row along the last dimension; ``left_out`` elements are not shown."""

    expected: tuple[tuple[Cell, ...], ...]
    observed: tuple[tuple[Cell, ...], ...]
    left_out: int


def rows(detail: Detail) -> Rows | None:
    """Lay out a verdict's elements; None where it is not about two arrays of one shape."""
    size = min(len(detail.expected_items), len(detail.observed_items))
    if not size or not detail.shape:
        return None
    differing = set(detail.differing)
    width = max(1, detail.shape[-1])
    expected, observed = (
        tuple(
            tuple(Cell(items[i], i in differing) for i in range(at, min(at + width, size)))
            for at in range(0, size, width)
        )
        for items in (detail.expected_items, detail.observed_items)
    )
    return Rows(expected, observed, max(0, prod(detail.shape) - size))
