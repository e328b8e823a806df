"""Reading numbers out of whatever an engine keeps them in.

Everything here survives properties, methods and conversions that raise. This module travels to the
worker, so it needs the standard library alone.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from gradmark.raised import message_of

DATA = (
    "data", "value", "val", "v", "arr", "array", "values", "_data", "_value", "numpy", "item",
)  # fmt: skip
GRADIENTS = ("grad", "gradient", "derivative")
CALLED = frozenset({"numpy", "item", "data", "value"})
"""Attributes that may be methods without arguments."""

FOREIGN = frozenset("numpy scipy torch cupy jax tensorflow autograd builtins".split())
"""Libraries whose names an engine imports without offering them as its own."""

NESTED = 6
"""Wrappers inside wrappers that are opened before a value counts as unreadable."""

ABSENT = object()


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


def parameters(function: Callable[..., Any]) -> list[str]:
    """Return the names of a function's parameters, or none where it doesn't tell."""
    try:
        return list(inspect.signature(function).parameters)
    except BaseException:  # noqa: BLE001 - a signature may be a property of somebody's
        return []


def takes(function: Callable[..., Any], keyword: str) -> bool:
    """Say whether a function takes a keyword, by its name or as one of any."""
    try:
        found = inspect.signature(function).parameters
    except BaseException:  # noqa: BLE001 - as above
        return False
    return keyword in found or any(p.kind is p.VAR_KEYWORD for p in found.values())


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


def attributes(owner: Any) -> list[str]:
    """Return the names of what an object holds: its own, its slots' and its properties'."""
    names = dict.fromkeys(getattr(owner, "__dict__", ()))
    for kind in type(owner).__mro__:
        for name, value in list(vars(kind).items()):
            if isinstance(value, property) or inspect.ismemberdescriptor(value):
                names.setdefault(name)
    return [name for name in names if isinstance(name, str) and not name.startswith("__")]


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
    if value is ABSENT or isinstance(value, type):
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


def flat(value: Any) -> list[float]:
    """Return the numbers of an array or of nested lists in a row."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in flat(item)]
    return [float(value)]


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
