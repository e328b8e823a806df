"""How an engine takes and reshapes several numbers, tried by value on a few of them.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from gradmark_backends.recognition.reading import flat, opened, parameters, peek
from gradmark_backends.recognition.spelling import Spelling

FOR_ARRAYS = ("shape", "sum", "mean", "reshape", "transpose", "T", "dot", "matmul", "__matmul__")
"""Any of these says that an engine is about arrays."""

REDUCTIONS = {"sum": (4.0, 6.0), "mean": (2.0, 3.0), "max": (3.0, 4.0)}
"""What becomes of the columns of [[1, 2], [3, 4]]."""

OTHER_WORDS = {"dim": ("axis", "dims", "axes"), "keepdim": ("keepdims", "keep_dims", "keep_dim")}
SHAPED = ("reshape", "view", "permute", "transpose", "expand", "broadcast_to")


@dataclass(slots=True)
class Arrays:
    """What an engine does with several numbers.

    ``form`` is how it takes them: as a list, as an array, or not at all. ``reductions`` says how
    the axis of each is spelt, for the report.
    """

    form: str = ""
    reductions: dict[str, str] = field(default_factory=dict)
    sides: str = "sides"


def arrays_of(spelling: Spelling, read: Callable[[Any], Any]) -> Arrays:
    """Find out what an engine does with several numbers; ``read`` opens one of its values."""
    given = spelling.given
    form = given.get("leaf.numbers", "") or _form(spelling, read)
    found = Arrays("" if form == "none" else form)
    if not found.form:
        return found
    try:
        square = spelling.make(as_form([[1.0, 2.0], [3.0, 4.0]], found.form))
    except BaseException:  # noqa: BLE001 - an engine may have no matrices
        return found
    for name, wanted in REDUCTIONS.items():
        if said := _reduction(square, name, list(wanted), read):
            found.reductions[name] = said
    found.sides = given.get("shapes.reshape", "") or _sides(square, read)
    return found


def as_form(data: Any, form: str) -> Any:
    """Put nested lists into what a constructor takes. Raises ImportError without NumPy."""
    if form == "array" and isinstance(data, (list, tuple)):
        import numpy  # noqa: ICN001 - the engine takes nothing but its arrays

        return numpy.array(data)
    return data


def _form(spelling: Spelling, read: Callable[[Any], Any]) -> str:
    for form in ("list", "array"):
        try:
            x = spelling.make(as_form([1.0, 2.0], form))
            if flat(read(x)) != [1.0, 2.0]:
                continue
            # An engine of single numbers computes with an array as well, by accident.
            if form == "array" and not is_for_arrays(spelling):
                continue
            for result, wanted in ((x * x, [1.0, 4.0]), (x + x, [2.0, 4.0])):
                if flat(read(result)) == wanted:
                    return form
        except BaseException:  # noqa: BLE001, S112 - an engine may refuse in any way
            continue
    return ""


def is_for_arrays(spelling: Spelling) -> bool:
    """Say whether an engine is about arrays, and not about single numbers."""
    converts = not isinstance(spelling.held, (int, float))
    return converts or any(hasattr(spelling.kind, name) for name in FOR_ARRAYS)


def _reduction(value: Any, name: str, wanted: list[float], read: Callable[[Any], Any]) -> str:
    """Return how a reduction's axis and kept axis are spelt, or nothing."""
    method = peek(value, name)
    if not callable(method):
        return ""
    words = spelt_words(method)
    ways: Iterable[tuple[str, tuple[Any, ...], dict[str, Any]]] = (
        *((f"{word}=0", (), {word: 0}) for word in words["dim"]),
        ("0", (0,), {}),
    )
    for shown, args, named in ways:
        if _numbers(method, args, named, read) == wanted:
            kept = next(iter(words["keepdim"]), "")
            return f"{name}({shown}{f', {kept}=True' if kept else ''})"
    return f"{name}()" if _numbers(method, (), {}, read) else ""


def _numbers(
    method: Callable[..., Any], args: tuple[Any, ...], named: Any, read: Callable[[Any], Any]
) -> list[float]:
    try:
        found = method(*args, **named)
        # PyTorch's max along an axis has the places beside the values.
        return flat(read(found[0] if isinstance(found, tuple) else found))
    except BaseException:  # noqa: BLE001 - an engine may refuse in any way
        return []


def spelt_words(function: Callable[..., Any]) -> dict[str, list[str]]:
    """Return what a function calls PyTorch's ``dim`` and ``keepdim``, where it takes them."""
    names = parameters(function)
    return {
        word: [name for name in (word, *others) if name in names]
        for word, others in OTHER_WORDS.items()
    }


def renamed(function: Callable[..., Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Write PyTorch's keywords as a function of the engine's has them, where it has them."""
    if not any(name in OTHER_WORDS for name in kwargs):
        return kwargs
    words = spelt_words(function)
    return {next(iter(words.get(name, ())), name): value for name, value in kwargs.items()}


def _sides(square: Any, read: Callable[[Any], Any]) -> str:
    """Find out whether shapes are given as sides or as one tuple; sides where both work."""
    method = peek(square, "reshape")
    if not callable(method):
        return "sides"
    for form, args in (("sides", (4, 1)), ("tuple", ((4, 1),))):
        try:
            made = opened(read(method(*args)))
            if [len(row) for row in made] == [1, 1, 1, 1]:
                return form
        except BaseException:  # noqa: BLE001, S112 - an engine may refuse in any way
            continue
    return "sides"


def as_sides(function: Callable[..., Any], args: tuple[Any, ...], sides: str) -> tuple[Any, ...]:
    """Write a shape as a method of the engine's takes it."""
    plain = len(args) > 1 and all(isinstance(side, int) for side in args)
    if sides == "tuple" and plain and _takes_one(function):
        return (args,)
    if len(args) == 1 and isinstance(args[0], (tuple, list)) and _takes_any(function):
        return tuple(args[0])
    return args


def _kinds(function: Callable[..., Any]) -> list[Any]:
    try:
        return [p.kind for p in inspect.signature(function).parameters.values()]
    except (TypeError, ValueError):
        return []


def _takes_one(function: Callable[..., Any]) -> bool:
    kinds = _kinds(function)
    return len(kinds) == 1 and kinds[0] is not inspect.Parameter.VAR_POSITIONAL


def _takes_any(function: Callable[..., Any]) -> bool:
    return inspect.Parameter.VAR_POSITIONAL in _kinds(function)[:1]
