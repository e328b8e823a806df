"""Observed values as arrays to compare, and as texts to show. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradmark.trace import ITEM_SIZES, Value, cut

Numbers = npt.NDArray[Any]

NUMERIC = frozenset({"tensor", "ndarray", "bool", "int", "float", "complex"})
SHOWN = 64
"""Elements of an array that a verdict carries for show."""

SHOWN_CHARACTERS = 1_200
"""Characters of one value that a verdict carries for show."""

_DEEP = 4


def to_array(value: Value) -> Numbers | None:
    """Return a numeric value, or a list of such, as an array; None for anything else."""
    if value.kind in NUMERIC:
        if value.dtype not in ITEM_SIZES:
            return None
        try:
            return np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape)
        except ValueError:  # more dimensions than NumPy has
            return None
    if value.kind in {"sequence", "calls"}:
        parts = [to_array(item) for item in value.items]
        try:
            made = np.array([part.tolist() for part in parts if part is not None])
        except ValueError:  # a ragged list
            return None
        if len(made) == len(parts) and made.dtype.name in ITEM_SIZES:
            return made
    return None


def show(value: Value) -> str:
    """Write a value as a reader of PyTorch would expect to see it, and never at great length."""
    return cut(_show(value), SHOWN_CHARACTERS)


def _show(value: Value) -> str:
    match value.kind:
        case "none":
            return "None"
        case "text":
            return repr(value.text)
        case "raised":
            return f"{class_name(value)}: {value.text}" if value.text else class_name(value)
        case "returned":
            return "no exception"
        case "warned":
            found = ", ".join(class_name(i) for i in value.items[:SHOWN])
            return f"warnings: {found}" if found else "no warning"
        case "sequence":
            shown = [show(i) for i in value.items[:SHOWN]]
            left = len(value.items) - len(shown)
            return "[" + ", ".join([*shown, f"… {left} more"] if left else shown) + "]"
        case "calls":
            noun = "call" if len(value.items) == 1 else "calls"
            return f"{len(value.items)} {noun}: " + "; ".join(show(i) for i in value.items[:8])
        case "object":
            return f"an object of type {value.text}"
    array = to_array(value)
    return f"an unreadable {value.kind}" if array is None else show_array(array)


def class_name(value: Value) -> str:
    """Name the class of an exception or a warning; an absent name counts as no class."""
    if not value.names:
        return "an exception"
    return "missing" if value.names[0] == "Missing" else value.names[0]


def show_array(array: Numbers, digits: int = 7) -> str:
    """Write an array's numbers on one line, or on one line a row."""
    if array.shape == ():
        return number(array.item(), digits)
    if array.size == 0:
        return f"empty, shape {shape_text(array.shape)}"
    if array.ndim > _DEEP:
        numbers = ", ".join(elements(array, digits)[:8])
        more = ", …" if array.size > 8 else ""  # noqa: PLR2004 - as many as are shown
        return f"[{numbers}{more}], shape {shape_text(array.shape)}"
    text: str = np.array2string(
        array,
        separator=", ",
        threshold=SHOWN,
        edgeitems=4 if array.ndim < _DEEP - 1 else 2,
        formatter={"all": lambda x: number(x.item() if hasattr(x, "item") else x, digits)},
    )
    return cut(text, SHOWN_CHARACTERS)


def elements(array: Numbers, digits: int = 7) -> tuple[str, ...]:
    """Write an array's first elements one by one."""
    return tuple(number(x, digits) for x in array.reshape(-1)[:SHOWN].tolist())


def number(value: Any, digits: int = 7) -> str:
    """Write one number."""
    if isinstance(value, complex):
        return f"{value:.{digits}g}"
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape, or an index, as Python writes a tuple."""
    return str(tuple(int(side) for side in shape))
