"""Finding out how an engine's backward takes a gradient to start from.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradmark_backends.recognition.reading import flat, opened, peek
from gradmark_backends.recognition.spelling import Spelling

_SEED = re.compile(r"v|dy|seed|d_?out\w*|(?!retain|requires|create|zero)\w*grad\w*")


@dataclass(frozen=True, slots=True)
class Seeding:
    """The parameter for a gradient, whether it wants a tensor or an array, and if it was seen."""

    name: str = ""
    form: str = "tensor"


Make = Callable[..., Any]


def seeding_of(
    spelling: Spelling, make: Make, read: Callable[[Any], Any], *, vectors: bool
) -> Seeding:
    """Find the parameter of ``backward`` that takes a gradient; what works decides, then names."""
    given = spelling.given
    names = spelling.back_takes()
    likely = [name for name in names if _SEED.fullmatch(name)]
    if "backward.gradient" in given:
        names = likely = [given["backward.gradient"]] if given["backward.gradient"] else []
    form = given.get("backward.gradient_as", "")
    if spelling.tried and spelling.gradient:
        for name in [*likely, *(n for n in names[:1] if n not in likely)]:
            # An engine of single numbers takes a plain one, however it digests its own values.
            forms = ("tensor", "array") if vectors else ("array", "tensor")
            for way in (form,) if form else forms:
                if _works(spelling, name, way, make, read, vectors=vectors):
                    return Seeding(name, way)
    return Seeding(likely[0], form or "tensor") if likely else Seeding()


def _works(
    spelling: Spelling,
    name: str,
    form: str,
    make: Make,
    read: Callable[[Any], Any],
    *,
    vectors: bool,
) -> bool:
    numbers, weights, wanted = ([1.0, 2.0], [1.0, 10.0], [2.0, 40.0])
    if not vectors:
        numbers, weights, wanted = ([3.0], [10.0], [60.0])
    try:
        x = make(numbers if vectors else numbers[0])
        # What starts a gradient needs none itself, and some engines insist on that.
        seed = make(weights if vectors else weights[0], requires_grad=False)
        seed = seed if form == "tensor" else read(seed)
        spelling.back(x * x)(**{name: seed})
        return flat(opened(peek(x, spelling.gradient))) == wanted
    except BaseException:  # noqa: BLE001 - an engine may refuse in any way
        return False
