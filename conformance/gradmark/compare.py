"""Comparing two observed values: numbers by tolerance, everything else by kind. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from gradmark.program import Alternative, Array, Items, Mark
from gradmark.trace import ITEM_SIZES, Value
from gradmark.values import (
    NUMERIC,
    SHOWN,
    Numbers,
    elements,
    shape_text,
    show,
    show_array,
    to_array,
)

__all__ = [
    "NUMERIC",
    "PREDICATES",
    "SHOWN",
    "TOLERANCE",
    "Conventions",
    "Difference",
    "asked",
    "constant",
    "difference",
    "matches",
    "show",
    "to_array",
    "tolerance",
]

TOLERANCE = {
    "float16": (1e-2, 1e-3),
    "float32": (2e-5, 2e-6),
    "complex64": (2e-5, 2e-6),
    "float64": (1e-9, 1e-10),
    "complex128": (1e-9, 1e-10),
}
"""Relative and absolute tolerance by the dtype that was asked for; whole numbers are exact."""

_EXACT = 1 << 53


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a library spells what PyTorch spells otherwise, as its adapter declares it.

    ``scalar_shape`` is the shape of what would have rank 0; ``dtype`` the only dtype that the
    library has, or empty.
    """

    scalar_shape: tuple[int, ...] = ()
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """How two values differ, as texts and numbers to show."""

    expected: str
    observed: str
    reason: str
    max_abs: float | None = None
    max_rel: float | None = None
    allowed: str = ""
    index: tuple[int, ...] | None = None
    shape: tuple[int, ...] = ()
    expected_items: tuple[str, ...] = ()
    observed_items: tuple[str, ...] = ()
    differing: tuple[int, ...] = ()


def asked(expected: Value) -> str:
    """Return the dtype that an expected value was asked for in, the coarsest of a list's.

    A Python number has none of its own: it came out of PyTorch's default dtype.
    """
    if expected.kind in {"sequence", "calls"}:
        names = [asked(item) for item in expected.items]
        return max(names, key=lambda name: TOLERANCE.get(name, (0.0, 0.0)), default="")
    return {"float": "float32", "complex": "complex64"}.get(expected.kind, expected.dtype)


def tolerance(dtype: str, mark: Mark, conventions: Conventions) -> tuple[float, float]:
    """Return the relative and absolute tolerance of an observation."""
    rtol, atol = TOLERANCE.get(dtype, (0.0, 0.0))
    if dtype in TOLERANCE and conventions.dtype in TOLERANCE:
        other = TOLERANCE[conventions.dtype]
        rtol, atol = max(rtol, other[0]), max(atol, other[1])
    return (
        rtol if mark.rtol is None else mark.rtol,
        atol if mark.atol is None else mark.atol,
    )


def difference(
    expected: Value, observed: Value, mark: Mark, conventions: Conventions
) -> Difference | None:
    """Return how an observed value deviates from the expected one, or None if it does not."""
    if expected.kind in NUMERIC:
        return _numeric(expected, observed, mark, conventions)
    if expected.kind == "sequence":
        return _sequence(expected, observed, mark, conventions)
    if expected.kind == "object":
        same = observed.kind in {"object", "text"}
    else:
        same = expected.kind == observed.kind and expected.text == observed.text
    return None if same else _otherwise(expected, observed)


def _otherwise(expected: Value, observed: Value, reason: str = "") -> Difference:
    if not reason and expected.kind == observed.kind and expected.kind not in NUMERIC:
        reason = "another answer"
    reason = reason or f"{_noun(observed)} where {_noun(expected)} is expected"
    return Difference(show(expected), show(observed), reason)


def _noun(value: Value) -> str:
    nouns = {
        "none": "None", "text": "a text", "object": "an object", "raised": "an exception",
        "bool": "a truth value", "calls": "a list of calls", "returned": "no exception",
    }  # fmt: skip
    if value.kind in nouns:
        return nouns[value.kind]
    if value.kind in NUMERIC:
        if to_array(value) is None:
            return show(value)
        return "a number" if value.shape == () else "an array"
    return f"a {value.kind}"


def _sequence(
    expected: Value, observed: Value, mark: Mark, conventions: Conventions
) -> Difference | None:
    want, got = to_array(expected), to_array(observed)
    listed = observed.kind == "sequence"
    if want is not None and got is not None and (want.shape == got.shape or not listed):
        return _arrays(want, got, asked(expected), mark, conventions)
    if not listed:
        return _otherwise(expected, observed)
    if len(expected.items) != len(observed.items):
        reason = f"{len(observed.items)} items where {len(expected.items)} are expected"
        return _otherwise(expected, observed, reason)
    for number, (one, other) in enumerate(zip(expected.items, observed.items, strict=True)):
        found = difference(one, other, mark, conventions)
        if found is not None:
            return replace(found, reason=f"item {number}: {found.reason}")
    return None


def _numeric(
    expected: Value, observed: Value, mark: Mark, conventions: Conventions
) -> Difference | None:
    want, got = to_array(expected), to_array(observed)
    if want is None or got is None or observed.kind == "calls":
        return _otherwise(expected, observed)
    return _arrays(want, got, asked(expected), mark, conventions)


def _arrays(
    want: Numbers, got: Numbers, dtype: str, mark: Mark, conventions: Conventions
) -> Difference | None:
    if got.shape != want.shape:
        if mark.exact_shape or not _as_declared(got.shape, want.shape, conventions):
            reason = f"shape {shape_text(got.shape)} where {shape_text(want.shape)} is expected"
            return Difference(show_array(want), show_array(got), reason)
        got = got.reshape(want.shape)
    want = _normalised(want, got, conventions)
    if (want.dtype.kind == "b") != (got.dtype.kind == "b"):
        nouns = ("a truth value", "a number")
        reason = "{} where {} is expected".format(
            *(nouns if got.dtype.kind == "b" else nouns[::-1])
        )
        return Difference(show_array(want), show_array(got), reason)
    allowed = tolerance(dtype, mark, conventions)
    wrong, gap = _compare(want, got, *allowed, signed_zero=mark.signed_zero)
    return _described(want, got, wrong, gap, allowed) if wrong.any() else None


def _as_declared(got: tuple[int, ...], want: tuple[int, ...], conventions: Conventions) -> bool:
    """Say whether a shape is the expected one in a library whose values have a smallest rank."""
    smallest = conventions.scalar_shape
    if want == () and len(got) <= len(smallest):
        return got == smallest[: len(got)]
    return got == smallest[len(want) :] + want


def _normalised(want: Numbers, got: Numbers, conventions: Conventions) -> Numbers:
    """Write what is expected in the only dtype that a library declares to have."""
    if conventions.dtype not in ITEM_SIZES or got.dtype.kind != "f":
        return want
    declared = np.dtype(conventions.dtype)
    coarser = want.dtype.kind == "f" and declared.itemsize < want.dtype.itemsize
    if declared.kind != "f" or not (coarser or want.dtype.kind in "iub"):
        return want
    with np.errstate(all="ignore"):
        return want.astype(declared)


def _compare(
    want: Numbers, got: Numbers, rtol: float, atol: float, *, signed_zero: bool
) -> tuple[Numbers, Numbers]:
    """Return which elements are wrong, and how far apart all of them are."""
    imaginary = "c" in (want.dtype.kind, got.dtype.kind)
    if not imaginary and (_large(want) or _large(got)):
        gap = _exact_gap(want, got)
        return np.asarray(gap > atol + rtol * np.abs(want.astype(np.float64))), gap
    kind = np.complex128 if imaginary else np.float64
    a, b = want.astype(kind), got.astype(kind)
    with np.errstate(all="ignore"):
        gap = np.abs(a - b)
        finite = np.isfinite(a) & np.isfinite(b)
        same = np.where(finite, gap <= atol + rtol * np.abs(a), _alike(a, b))
        gap = np.where(finite | same, np.where(finite, gap, 0.0), np.inf)
    if signed_zero:
        same &= _zeros_alike(a.real, b.real) & _zeros_alike(a.imag, b.imag)
    return np.asarray(~same), np.asarray(gap)


def _alike(a: Numbers, b: Numbers) -> Any:
    """Say where NaN meets NaN and infinity the same infinity, in each part of a number."""
    same: Any = True
    for one, other in ((a.real, b.real), (a.imag, b.imag)):
        same = same & ((one == other) | (np.isnan(one) & np.isnan(other)))
    return same


def _zeros_alike(a: Numbers, b: Numbers) -> Any:
    return ~((a == 0) & (b == 0) & (np.signbit(a) != np.signbit(b)))


def _large(array: Numbers) -> bool:
    """Say whether an array has whole numbers that a double can't hold."""
    if array.dtype.kind not in "iu" or array.size == 0:
        return False
    return int(array.max()) >= _EXACT or int(array.min()) <= -_EXACT


def _exact_gap(want: Numbers, got: Numbers) -> Numbers:
    def gap(x: float, y: float) -> float:
        if x == y:
            return 0.0
        finite = math.isfinite(x) and math.isfinite(y)
        return float(abs(Fraction(x) - Fraction(y))) if finite else math.inf

    pairs = zip(want.reshape(-1).tolist(), got.reshape(-1).tolist(), strict=True)
    return np.array([gap(x, y) for x, y in pairs]).reshape(want.shape)


def _described(
    want: Numbers, got: Numbers, wrong: Numbers, gap: Numbers, allowed: tuple[float, float]
) -> Difference:
    flat = np.flatnonzero(wrong)
    first = int(flat[0])
    index = tuple(int(i) for i in np.unravel_index(first, wrong.shape)) if want.shape else ()
    size = np.abs(want.astype(np.complex128 if want.dtype.kind == "c" else np.float64))
    with np.errstate(all="ignore"):
        relative = np.where(gap == 0, 0.0, np.where(np.isfinite(gap), gap / size, np.inf))
    digits = 7
    alike = [a == b for a, b in zip(elements(want), elements(got), strict=True)]
    if any(alike[i] for i in flat if i < SHOWN):
        digits = 17  # a difference that nobody sees is no explanation
    is_truth = want.dtype.kind == "b"
    return Difference(
        expected=show_array(want, digits),
        observed=show_array(got, digits),
        reason=f"{len(flat)} of {want.size} elements differ, the first at index {shape_text(index)}"
        if want.shape
        else ("the opposite" if is_truth else "another number"),
        max_abs=None if is_truth else float(np.max(gap)),
        max_rel=None if is_truth else float(np.max(relative)),
        allowed=f"{allowed[1]:g} + {allowed[0]:g} × |expected|" if any(allowed) else "exact",
        index=index,
        shape=want.shape,
        expected_items=elements(want, digits),
        observed_items=elements(got, digits),
        differing=tuple(int(i) for i in flat if i < SHOWN),
    )


def matches(
    alternative: Alternative, observed: Value, expected: Value, mark: Mark, conventions: Conventions
) -> bool:
    """Say whether an observed value is the one that an alternative names.

    The tolerance is that of ``expected``, PyTorch's own value, where that is a number.
    """
    if alternative.predicate:
        return PREDICATES[alternative.predicate](observed)
    value = constant(alternative.value)
    dtype = asked(expected)
    rtol, atol = tolerance(dtype if dtype in TOLERANCE else "float32", mark, conventions)
    if value.kind == "sequence" and observed.kind == "calls":
        observed = replace(observed, kind="sequence")
    if value.kind in NUMERIC and observed.kind == "calls":
        array = to_array(observed)
        if array is None:
            return False
        observed = Value("ndarray", array.dtype.name, array.shape, array.tobytes())
    return difference(value, observed, replace(mark, rtol=rtol, atol=atol), conventions) is None


def constant(value: Any) -> Value:
    """Turn a constant of an alternative into a value that can be compared."""
    if value is None:
        return Value("none")
    if isinstance(value, str):
        return Value("text", text=value)
    if isinstance(value, Array):
        return Value("ndarray", value.dtype, value.shape, value.data)
    try:
        array = np.asarray(_thaw(value))
    except ValueError:  # a ragged list
        array = np.asarray(None)
    if array.dtype.name in ITEM_SIZES:
        return Value("ndarray", array.dtype.name, array.shape, array.tobytes())
    if not isinstance(value, Items):
        message = f"{type(value).__name__} is no value of an alternative"
        raise TypeError(message)
    return Value("sequence", items=tuple(constant(item) for item in value.items))


def _thaw(value: Any) -> Any:
    return [_thaw(item) for item in value.items] if isinstance(value, Items) else value


def _zeros(observed: Value) -> bool:
    array = to_array(observed)
    return array is not None and array.size > 0 and array.dtype.kind != "b" and not np.any(array)


def _refused(observed: Value) -> bool:
    return observed.kind == "raised"


def _no_warning(observed: Value) -> bool:
    return observed.kind == "warned" and not observed.items


PREDICATES = {"zeros": _zeros, "refused": _refused, "silent": _no_warning}
"""The judge's own predicates: all zeros, a deliberate refusal, no warning at all."""
