"""Starting backward as an engine wants it.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from typing import Any

from gradmark_backends.adapter import nested, plain_shape
from gradmark_backends.recognition.reading import GRADIENTS, opened, peek
from gradmark_backends.recognition.spelling import Spelling, packed


def go_backward(way: Spelling, root: Any) -> Any:
    """Go backward from a root of one number, in the way that a spelling says."""
    if way.start_with == "sum":
        return way.back(root.sum())()
    if way.start_with == "ones":
        return way.back(root)(one_like(way, root))
    if way.start_with == "grad":
        seeded(way, root, one_like(way, root))
    return way.back(root)()


def seeded(way: Spelling, root: Any, seed: Any) -> None:
    """Put the gradient to start from where an engine looks for it."""
    name = way.gradient or way.given.get("gradient.attribute", "")
    held = [n for n in GRADIENTS if not callable(peek(root, n))]
    setattr(root, name or held[0], seed)


def one_like(way: Spelling, root: Any) -> Any:
    """Return a 1 in the form that an engine takes, shaped as its value is."""
    if way.start_as == "number":
        return 1.0
    shape = plain_shape(opened(peek(root, way.data), way.data))
    if way.start_as == "tensor":
        return way.make(_ones(shape) if shape else packed(1.0, way.payload), requires_grad=False)
    return _ones(shape)


def _ones(shape: tuple[int, ...]) -> Any:
    import numpy  # noqa: ICN001 - only for engines that take arrays

    return numpy.array(nested(shape, 1.0))
