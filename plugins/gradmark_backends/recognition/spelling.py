"""How one engine is written: what trying it showed, or what somebody wrote down about it.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gradmark.surface import lookup
from gradmark_backends.recognition.reading import parameters, peek

RAISES, CONSTRUCTS, HOLDS, COMPUTES, DIFFERENTIATES = range(5)
"""How far one way of making a leaf came."""

PAYLOADS = ("number", "array", "vector", "matrix")
STARTS = ("plain", "ones", "sum", "grad")
"""How backward is started: as it is, with ones, on the sum, or after ``y.grad`` was set to 1."""

CLEARINGS = ("start", "none", "zero", "zero_grad")
_REQUIRES_GRAD = re.compile(r"requires?_?grad", re.IGNORECASE)

KEYS = {
    "engine.file": "the engine's file, seen from this one",
    "engine.folder": "the folder that it belongs to, where it is imported from more than its own",
    "engine.module": "or the module that it is imported as",
    "engine.class": "the class of its values",
    "leaf.call": "the class or function that makes a leaf",
    "leaf.number": "what it takes for one number: number, array, vector or matrix (of one)",
    "leaf.numbers": "what it takes for several: list, array or none",
    "leaf.requires_grad": "its keyword for what gets a gradient, or nothing",
    "value.attribute": "the attribute or method that holds the numbers",
    "gradient.attribute": "the attribute that holds the gradient",
    "gradient.clear": "to forget it: start (what it was at first), none, zero or zero_grad",
    "backward.method": "the method that goes backward",
    "backward.function": "or the function of its module that does: y is what it is given",
    "backward.start": "plain; or ones, sum, grad: with ones, on the sum, after y.grad = 1",
    "backward.gradient": "its parameter for a gradient to start from, or nothing",
    "backward.gradient_as": "what that one takes: tensor or array",
    "shapes.reshape": "how reshape is told a shape: sides or tuple",
}
"""What a table may say besides names and keywords, with the comments that are written beside it."""

MAY_BE_EMPTY = frozenset({"leaf.requires_grad", "backward.gradient"})
"""Keys that say with an empty text that there is none; elsewhere it says that it is not known."""

CHOICES = {
    "leaf.number": PAYLOADS,
    "leaf.numbers": ("list", "array", "none"),
    "gradient.clear": CLEARINGS,
    "backward.start": STARTS,
    "backward.gradient_as": ("tensor", "array"),
    "shapes.reshape": ("sides", "tuple"),
}
OPEN = ("names", "keywords")
"""Sections whose keys are PyTorch's names."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one engine is written, as far as trying showed.

    ``payload`` says what a leaf is made of: a ``number``, an ``array`` without a rank, a ``vector``
    or a ``matrix`` of one. ``data`` and ``gradient`` are attribute names, or empty. ``given`` is
    what a table says, which nothing else is tried for. ``tries`` tells how each way of going
    backward ended.
    """

    kind: type
    maker: Callable[..., Any]
    called: str
    payload: str = "number"
    score: int = RAISES
    why: str = ""
    requires_grad: str = ""
    dtype: bool = False
    tried: bool = True
    data: str = ""
    gradient: str = ""
    backward: str = "backward"
    function: Callable[..., Any] | None = None
    """What goes backward from a value that has no method for it; ``backward`` is its name."""

    start_with: str = "plain"
    start_as: str = "number"
    clear: str = "start"
    before: str = ""
    start: Any = field(default=None, compare=False)
    holds: str = ""
    held: Any = field(default=None, compare=False)
    example: Any = field(default=None, compare=False)
    result: Any = field(default=None, compare=False)
    tries: tuple[str, ...] = ()
    plainly: bool = False
    """Whether backward has filled what plainly is the gradient, with a wrong number."""

    beside: str = ""
    """Another attribute that looks like the gradient, with its number: neither is believed."""

    given: Mapping[str, str] = field(default_factory=dict, compare=False)

    def make(self, numbers: Any, *, requires_grad: bool | None = True, dtype: Any = None) -> Any:
        """Call the constructor as this engine wants it."""
        named: dict[str, Any] = {}
        if self.requires_grad and requires_grad is not None:
            named[self.requires_grad] = requires_grad
        if dtype is not None:
            named["dtype"] = dtype
        return self.maker(numbers, **named)

    def back(self, root: Any) -> Callable[..., Any]:
        """Return what goes backward from a root. Raises `Missing` where there is nothing."""
        return partial(self.function, root) if self.function else lookup(root, self.backward)

    def back_takes(self) -> list[str]:
        """Return the names of what may be given to backward besides the root."""
        way = self.function or peek(self.kind, self.backward)
        return parameters(way)[1:] if callable(way) else []

    def shown_back(self, argument: str = "", root: str = "y") -> str:
        """Return going backward as the engine spells it."""
        if self.function is None:
            return f"{root}.{self.backward}({argument})"
        return f"{self.backward}({', '.join(filter(None, (root, argument)))})"

    @property
    def goes_back(self) -> bool:
        """Say whether the way back is plainly one, by its name; another one has to prove it."""
        return self.function is None or "back" in self.backward.lower()

    def leaf(self, number: float) -> Any:
        """Make a leaf of one number."""
        return self.make(packed(number, self.payload))


def packed(number: float, payload: str) -> Any:
    """Put one number into what a constructor takes. Raises ImportError without NumPy."""
    if payload == "number":
        return number
    import numpy  # noqa: ICN001 - only for engines that take arrays alone

    wrapped: dict[str, Any] = {"array": number, "vector": [number], "matrix": [[number]]}
    return numpy.array(wrapped[payload])


def keywords(maker: Callable[..., Any]) -> dict[str, Any]:
    """Return which of PyTorch's keywords a constructor takes, and under what name."""
    names = parameters(maker)
    flag = next((name for name in names if _REQUIRES_GRAD.fullmatch(name)), "")
    return {"requires_grad": flag, "dtype": "dtype" in names}


def flags(maker: Callable[..., Any]) -> list[str]:
    """Return what a constructor leaves off unless it is told: any of these may mean a gradient."""
    try:
        found = inspect.signature(maker).parameters.values()
        return [p.name for p in found if p.default is False and p.kind is not p.POSITIONAL_ONLY]
    except BaseException:  # noqa: BLE001 - a signature may be a property of somebody's
        return []
