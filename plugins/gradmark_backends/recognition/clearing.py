"""Finding out how an engine forgets a gradient.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradmark_backends.recognition.reading import copied, number, peek
from gradmark_backends.recognition.spelling import CLEARINGS, DIFFERENTIATES, Spelling
from gradmark_backends.recognition.starting import go_backward

SLOPE = 7.0


def cleared_by(spelling: Spelling) -> Spelling:
    """Return a spelling with the first way of clearing after which the gradient is 7 again."""
    if "gradient.clear" in spelling.given:
        return replace(spelling, clear=spelling.given["gradient.clear"])
    if spelling.score != DIFFERENTIATES:
        return spelling
    for way in CLEARINGS:
        tried = replace(spelling, clear=way)
        try:
            if _starts_anew(tried):
                return tried
        except BaseException:  # noqa: BLE001, S112 - an engine may refuse in any way
            continue
    return spelling


def clear(spelling: Spelling, leaf: Any) -> None:
    """Forget a leaf's gradient in the way that a spelling says."""
    if spelling.clear == "zero_grad":
        leaf.zero_grad()
        return
    there = peek(leaf, spelling.gradient)
    value = {"none": None, "zero": there * 0 if spelling.clear == "zero" else None}.get(
        spelling.clear, copied(spelling.start)
    )
    setattr(leaf, spelling.gradient, value)


def _starts_anew(spelling: Spelling) -> bool:
    x = spelling.leaf(3.0)
    go_backward(spelling, x * x + x)
    clear(spelling, x)
    go_backward(spelling, x * x + x)
    return number(peek(x, spelling.gradient)) == SLOPE
