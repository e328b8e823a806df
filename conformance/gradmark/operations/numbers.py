"""Plain numbers as nested lists."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

OFF_GRID = 1 / 3000
"""Added to a drawn number it makes one that float32 can't hold."""


def size(shape: tuple[int, ...]) -> int:
    """Return how many numbers a shape holds."""
    return prod(shape)


def nested(numbers: Iterator[float], shape: tuple[int, ...]) -> Any:
    """Take as many numbers as the shape holds, as lists in lists."""
    if not shape:
        return next(numbers)
    return [nested(numbers, shape[1:]) for _ in range(shape[0])]
