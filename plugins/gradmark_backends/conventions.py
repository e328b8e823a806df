"""Finding out how an engine without an adapter spells things: by looking, then by trying.

Names are only where to look first; what decides is the value on a fresh graph: after
``y = x * x + x`` at 3 the numbers of y are 12 and the gradient of x is 7. This module travels to
the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import copy
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from gradmark.raised import message_of

CLASSES = ("Tensor", "Value", "Variable", "Scalar", "tensor")
DATA = ("data", "value", "val", "v", "arr", "array", "values", "_data", "numpy", "item")
GRADIENTS = ("grad", "gradient", "derivative")
CALLED = frozenset({"numpy", "item", "data", "value"})
"""Attributes that may be methods without arguments."""

FOREIGN = frozenset("numpy scipy torch cupy jax tensorflow autograd builtins".split())
"""Libraries whose names an engine imports without offering them as its own."""

NESTED = 6
_REQUIRES_GRAD = re.compile(r"requires?_?grad")
_SEED = re.compile(r"v|dy|seed|d_?out\w*|(?!retain|requires|create|zero)\w*grad\w*")
ABSENT = object()

RAISES, CONSTRUCTS, HOLDS, COMPUTES, DIFFERENTIATES = range(5)
"""How far one way of making a leaf came."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one engine is written, as far as trying showed.

    ``payload`` says what a leaf is made of: a ``number``, an ``array`` without a rank, or a
    ``vector`` of one. ``data`` and ``gradient`` are attribute names, or empty.
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
    before: str = ""
    start: Any = field(default=None, compare=False)
    holds: str = ""
    held: Any = field(default=None, compare=False)
    example: Any = field(default=None, compare=False)

    def make(self, numbers: Any, *, requires_grad: bool | None = True, dtype: Any = None) -> Any:
        """Call the constructor as this engine wants it."""
        named: dict[str, Any] = {}
        if self.requires_grad and requires_grad is not None:
            named[self.requires_grad] = requires_grad
        if dtype is not None:
            named["dtype"] = dtype
        return self.maker(numbers, **named)

    def leaf(self, number: float) -> Any:
        """Make a leaf of one number."""
        return self.make(packed(number, self.payload))


def packed(number: float, payload: str) -> Any:
    """Put one number into what a constructor takes. Raises ImportError without NumPy."""
    if payload == "number":
        return number
    import numpy  # noqa: ICN001 - only for engines that take arrays alone

    return numpy.array(number if payload == "array" else [number])


def own(value: Any, module: ModuleType) -> bool:
    """Say whether a name in a module is the library's, and not one that it imported."""
    root = str(getattr(value, "__module__", None) or type(value).__module__).partition(".")[0]
    if root == module.__name__.partition(".")[0]:
        return True
    return root not in FOREIGN and root not in sys.stdlib_module_names


def peek(owner: Any, name: str) -> Any:
    """Return an attribute, or `ABSENT`, whatever a property of the engine's raises."""
    try:
        return getattr(owner, name)
    except BaseException:  # noqa: BLE001 - a module or property of somebody's may raise anything
        return ABSENT


def engines(module: ModuleType) -> Iterator[tuple[str, type]]:
    """Yield the classes that may be an engine's tensors, the likeliest first."""
    found = {
        name: value
        for name, value in list(vars(module).items())
        if isinstance(value, type)
        and own(value, module)
        and not inspect.isabstract(value)
        and all(hasattr(value, part) for part in ("backward", "__add__", "__mul__"))
    }
    here = module.__name__.partition(".")[0]
    rank = {name: number for number, name in enumerate(CLASSES)}
    done: set[type] = set()

    def order(name: str) -> tuple[bool, int]:
        imported = found[name].__module__.partition(".")[0] != here
        return imported, rank.get(name, len(CLASSES))

    for name in sorted(found, key=order):
        if found[name] not in done:
            done.add(found[name])
            yield name, found[name]


def makers(module: ModuleType, name: str, kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what may make a leaf: a function ``tensor`` of the library's, then the class."""
    function = peek(module, "tensor")
    if inspect.isfunction(function) and own(function, module):
        yield "tensor", function
    yield name, kind


def spell(module: ModuleType, *, tried: bool = True) -> Spelling | None:
    """Find the class, the leaf and the attributes of an engine; None where there is no class.

    The first class that holds a number is taken, however wrong it computes: another one may be
    right because it is not the engine that somebody wrote here.
    """
    best: Spelling | None = None
    for name, kind in engines(module):
        if best is not None and best.score >= HOLDS:
            break
        for called, maker in makers(module, name, kind):
            for payload in ("number", "array", "vector"):
                one = attempt(
                    Spelling(kind, maker, called, payload, tried=tried, **keywords(maker))
                )
                if best is None or one.score > best.score:
                    best = one
                if best.score == DIFFERENTIATES:
                    return best
    return best


def keywords(maker: Callable[..., Any]) -> dict[str, Any]:
    """Return which of PyTorch's keywords a constructor takes, and under what name."""
    names = parameters(maker)
    flag = next((name for name in names if _REQUIRES_GRAD.fullmatch(name)), "")
    return {"requires_grad": flag, "dtype": "dtype" in names}


def parameters(function: Callable[..., Any]) -> list[str]:
    """Return the names of a function's parameters, or none where it doesn't tell."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def takes(function: Callable[..., Any], keyword: str) -> bool:
    """Say whether a function takes a keyword, by its name or as one of any."""
    try:
        found = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return keyword in found or any(p.kind is p.VAR_KEYWORD for p in found.values())


def seed_parameter(kind: type) -> str:
    """Return the name under which ``backward`` takes a gradient, or nothing."""
    return next((n for n in parameters(peek(kind, "backward"))[1:] if _SEED.fullmatch(n)), "")


def attempt(spelling: Spelling) -> Spelling:
    """Try one way of making a leaf on a fresh graph, and say how far it came."""
    try:
        x = spelling.leaf(3.0)
    except BaseException as error:  # noqa: BLE001 - an engine may refuse in any way
        return replace(spelling, why=said(error))
    held_as = [n for n in GRADIENTS if peek(x, n) is not ABSENT and not callable(peek(x, n))]
    before = peek(x, held_as[0]) if held_as else ABSENT
    spelling = replace(
        spelling,
        score=CONSTRUCTS,
        data=named(x, DATA, 3.0),
        before=text(before),
        start=copied(before),
        example=x,
    )
    if spelling.data:
        held = opened(peek(x, spelling.data), spelling.data)
        spelling = replace(spelling, score=HOLDS, holds=type(held).__name__, held=held)
    try:
        y = x * x + x
        data = [n for n in DATA if number(peek(x, n), n) == 3.0 and number(peek(y, n), n) == 12.0]  # noqa: PLR2004
        if not data:
            data = [n for n in plain_attributes(y) if number(peek(y, n)) == 12.0]  # noqa: PLR2004
            data = [n for n in data if number(peek(x, n)) == 3.0]  # noqa: PLR2004
        if data:
            held = opened(peek(x, data[0]), data[0])
            spelling = replace(
                spelling, score=COMPUTES, data=data[0], holds=type(held).__name__, held=held
            )
        if not spelling.tried:
            gradient = named(x, GRADIENTS, None)
            return replace(spelling, gradient=gradient, why="backward was not tried")
        y.backward()
    except BaseException as error:  # noqa: BLE001 - an engine may fail in any way
        return replace(spelling, why=said(error), gradient=named(x, GRADIENTS, None))
    gradient = named(x, GRADIENTS, 7.0) or named(x, plain_attributes(x), 7.0)
    if gradient and spelling.score == COMPUTES:
        return replace(spelling, score=DIFFERENTIATES, gradient=gradient)
    return replace(spelling, gradient=gradient or named(x, GRADIENTS, None))


def said(error: BaseException) -> str:
    """Return an exception's class and message, whatever its ``__str__`` does."""
    return f"{type(error).__name__}: {message_of(error)}"


def named(owner: Any, names: tuple[str, ...] | list[str], wanted: float | None) -> str:
    """Return the first attribute that holds a number, or that is there at all; or nothing."""
    for name in names:
        value = peek(owner, name)
        if value is not ABSENT and (wanted is None or number(value, name) == wanted):
            return name
    return ""


def plain_attributes(owner: Any) -> list[str]:
    """Return the names of an object's own data."""
    return [name for name in getattr(owner, "__dict__", ()) if not name.startswith("__")]


def opened(value: Any, name: str = "") -> Any:
    """Return what a data attribute holds: called where it is a method, taken out of wrappers."""
    return _unwrapped(value() if name in CALLED and callable(value) else value, NESTED)


def _unwrapped(value: Any, depth: int) -> Any:
    plain = value is None or isinstance(value, (bool, int, float, complex, list, tuple))
    if plain or depth == 0 or (hasattr(value, "tolist") and not hasattr(value, "backward")):
        return value
    again = ABSENT
    for name in DATA:
        inner = peek(value, name)
        if name in CALLED and callable(inner):
            inner = _called(inner)
        if inner is ABSENT or callable(inner):
            continue
        if type(inner) is not type(value):
            return _unwrapped(inner, depth - 1)
        again = inner if again is ABSENT else again  # PyTorch's .data is a tensor once more
    return value if again is ABSENT else _unwrapped(again, depth - 1)


def _called(method: Any) -> Any:
    try:
        return method()
    except BaseException:  # noqa: BLE001 - reading may raise anything
        return ABSENT


def number(value: Any, name: str = "") -> float | None:
    """Return a value that holds exactly one number, whatever it is wrapped in; else None."""
    if value is ABSENT:
        return None
    try:
        value = opened(value, name)
        value = value.tolist() if hasattr(value, "tolist") else value
        while isinstance(value, (list, tuple)) and len(value) == 1:
            value = value[0]
    except BaseException:  # noqa: BLE001 - reading may raise anything
        return None
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if plain else None


def copied(gradient: Any) -> Any:
    """Return what a gradient was before the engine adds to it in place."""
    if gradient is ABSENT:
        return None
    return copy.copy(gradient) if hasattr(gradient, "tolist") else gradient


def text(gradient: Any) -> str:
    """Say what a gradient is before anything went backward."""
    if gradient is None or gradient is ABSENT:
        return ""
    if number(gradient) == 0.0:
        return "starts at 0" if isinstance(gradient, (int, float)) else "starts at zeros"
    return f"starts as {type(gradient).__name__}"
