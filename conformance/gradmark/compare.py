"""Comparing two observed values: numbers by tolerance, everything else by kind. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradmark.program import Alternative, Array, Items, Mark
from gradmark.trace import Value

NUMERIC = frozenset({"tensor", "ndarray", "bool", "int", "float", "complex"})
SHOWN = 64
"""Elements of an array that a verdict carries for show."""

TOLERANCE = {
    "float16": (1e-2, 1e-3),
    "float32": (2e-5, 2e-6),
    "complex64": (2e-5, 2e-6),
    "float64": (1e-9, 1e-10),
    "complex128": (1e-9, 1e-10),
}
"""Relative and absolute tolerance by the dtype that was asked for; whole numbers are exact."""


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


def to_array(value: Value) -> npt.NDArray[Any] | None:
    """Return a numeric value, or a sequence of such, as an array; None for anything else."""
    if value.kind in NUMERIC:
        return np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape)
    if value.kind == "sequence":
        parts = [to_array(item) for item in value.items]
        if any(part is None for part in parts):
            return None
        try:
            return np.array([part.tolist() for part in parts if part is not None])
        except ValueError:  # a ragged list
            return None
    return None


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
    if expected.kind == "calls":
        return _calls(expected, observed, mark, conventions)
    if expected.kind == "object":
        same = observed.kind not in {"none", "returned", "raised"}
    else:
        same = expected.kind == observed.kind and expected.text == observed.text
    if same:
        return None
    return Difference(show(expected), show(observed), _kind_reason(expected, observed))


def _kind_reason(expected: Value, observed: Value) -> str:
    if expected.kind == observed.kind:
        return "another answer"
    return f"{_noun(observed)} where {_noun(expected)} is expected"


def _noun(value: Value) -> str:
    nouns = {"none": "None", "text": "a text", "object": "an object", "raised": "an exception"}
    if value.kind in NUMERIC:
        return "a number" if value.shape == () else "an array"
    return nouns.get(value.kind, f"a {value.kind}")


def _sequence(
    expected: Value, observed: Value, mark: Mark, conventions: Conventions
) -> Difference | None:
    array = to_array(expected)
    if array is not None and to_array(observed) is not None:
        as_value = Value("ndarray", str(array.dtype), array.shape, array.tobytes())
        return _numeric(as_value, observed, mark, conventions)
    if observed.kind != "sequence":
        return Difference(show(expected), show(observed), _kind_reason(expected, observed))
    return _items(expected, observed, mark, conventions, "items")


def _calls(
    expected: Value, observed: Value, mark: Mark, conventions: Conventions
) -> Difference | None:
    if observed.kind != "calls":
        return Difference(show(expected), show(observed), "not observed in a call")
    return _items(expected, observed, mark, conventions, "calls")


def _items(
    expected: Value, observed: Value, mark: Mark, conventions: Conventions, noun: str
) -> Difference | None:
    if len(expected.items) != len(observed.items):
        reason = f"{len(observed.items)} {noun} where {len(expected.items)} are expected"
        return Difference(show(expected), show(observed), reason)
    for one, other in zip(expected.items, observed.items, strict=True):
        found = difference(one, other, mark, conventions)
        if found is not None:
            return found
    return None


def _numeric(
    expected: Value, observed: Value, mark: Mark, conventions: Conventions
) -> Difference | None:
    want = to_array(expected)
    got = to_array(observed)
    assert want is not None  # noqa: S101 - the caller looked at the kind
    if got is None:
        return Difference(show(expected), show(observed), _kind_reason(expected, observed))
    if got.shape != want.shape:
        scalar = want.size == 1 and want.shape == () and got.shape == conventions.scalar_shape
        if mark.exact_shape or not scalar:
            reason = f"shape {_shape(got.shape)} where {_shape(want.shape)} is expected"
            return Difference(show(expected), show(observed), reason)
        got = got.reshape(want.shape)
    rtol, atol = tolerance(expected.dtype, mark, conventions)
    wrong, gap = _compare(want, got, rtol, atol, signed_zero=mark.signed_zero)
    if not wrong.any():
        return None
    return _numeric_difference(want, got, wrong, gap, (rtol, atol))


def _compare(
    want: npt.NDArray[Any], got: npt.NDArray[Any], rtol: float, atol: float, *, signed_zero: bool
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    kind: Any = np.complex128 if "c" in (want.dtype.kind, got.dtype.kind) else np.float64
    if want.dtype.kind in "iub" and got.dtype.kind in "iub":
        kind = object  # whole numbers beyond 2**53 are compared exactly
        a, b = want.astype(kind), got.astype(kind)
        gap = np.abs(a * 1 - b * 1).astype(np.float64)
        return np.asarray(gap != 0), gap
    a, b = want.astype(kind), got.astype(kind)
    with np.errstate(all="ignore"):
        gap = np.abs(a - b)
        close = gap <= atol + rtol * np.abs(a)
        finite = np.isfinite(a) & np.isfinite(b)
        same = np.where(finite, close, (a == b) | (np.isnan(a) & np.isnan(b)))
        gap = np.where(same & ~finite, 0.0, gap)
    if signed_zero and kind is np.float64:
        same &= ~((a == 0) & (b == 0) & (np.signbit(a) != np.signbit(b)))
    return np.asarray(~same), np.asarray(gap)


def _numeric_difference(
    want: npt.NDArray[Any],
    got: npt.NDArray[Any],
    wrong: npt.NDArray[Any],
    gap: npt.NDArray[Any],
    allowed: tuple[float, float],
) -> Difference:
    flat = np.flatnonzero(wrong)
    index = tuple(int(i) for i in np.unravel_index(int(flat[0]), wrong.shape)) if want.shape else ()
    with np.errstate(all="ignore"):
        relative = gap / np.abs(want.astype(gap.dtype))
        largest = float(np.max(gap)) if gap.size else 0.0
        relative_largest = float(np.max(np.where(np.isnan(relative), 0.0, relative)))
    where = f" at index {_shape(index)}" if index else ""
    return Difference(
        expected=show_array(want),
        observed=show_array(got),
        reason=f"{len(flat)} of {want.size} elements differ, the first{where}"
        if want.size > 1
        else "another number",
        max_abs=largest,
        max_rel=relative_largest,
        allowed=f"{allowed[1]:g} + {allowed[0]:g} × |expected|" if any(allowed) else "exact",
        index=index,
        shape=want.shape,
        expected_items=_elements(want),
        observed_items=_elements(got),
        differing=tuple(int(i) for i in flat if i < SHOWN),
    )


def matches(
    alternative: Alternative, observed: Value, expected: Value, mark: Mark, conventions: Conventions
) -> bool:
    """Say whether an observed value is the one that an alternative names."""
    if alternative.predicate:
        return PREDICATES[alternative.predicate](observed, expected)
    value = constant(alternative.value)
    if value.kind in NUMERIC and expected.dtype in TOLERANCE:
        rtol, atol = tolerance(expected.dtype, mark, conventions)
    else:
        rtol, atol = tolerance("float32", mark, conventions)
    loose = Mark(mark.label, rtol=rtol, atol=atol, signed_zero=mark.signed_zero)
    return difference(value, observed, loose, conventions) is None


def constant(value: Any) -> Value:
    """Turn a constant of an alternative into a value that can be compared."""
    if value is None:
        return Value("none")
    if isinstance(value, str):
        return Value("text", text=value)
    if isinstance(value, Array):
        return Value("ndarray", value.dtype, value.shape, value.data)
    array = np.asarray(_thaw(value))
    return Value("ndarray", str(array.dtype), array.shape, array.tobytes())


def _thaw(value: Any) -> Any:
    return [_thaw(item) for item in value.items] if isinstance(value, Items) else value


def _zeros(observed: Value, expected: Value) -> bool:
    array = to_array(observed)
    return array is not None and not np.any(array)


def _refused(observed: Value, expected: Value) -> bool:
    return observed.kind == "raised"


def _no_warning(observed: Value, expected: Value) -> bool:
    return observed.kind == "warned" and not observed.items


PREDICATES = {"zeros": _zeros, "refused": _refused, "silent": _no_warning}
"""The judge's own predicates: all zeros, a deliberate refusal, no warning at all."""


def show(value: Value) -> str:
    """Write a value as a reader of PyTorch would expect to see it."""
    match value.kind:
        case "none":
            return "None"
        case "text":
            return repr(value.text)
        case "raised":
            return f"{value.names[0] if value.names else 'an exception'}: {value.text}"
        case "returned":
            return "no exception"
        case "warned":
            found = ", ".join(i.names[0] for i in value.items if i.names)
            return f"warnings: {found}" if found else "no warning"
        case "sequence":
            return "[" + ", ".join(show(i) for i in value.items[:SHOWN]) + "]"
        case "calls":
            return f"{len(value.items)} calls: " + "; ".join(show(i) for i in value.items[:8])
        case "object":
            return f"an object of type {value.text}"
    array = to_array(value)
    return value.kind if array is None else show_array(array)


def show_array(array: npt.NDArray[Any]) -> str:
    """Write an array's numbers on one line, or on one line a row."""
    if array.shape == ():
        return _number(array.item())
    text: str = np.array2string(
        array,
        separator=", ",
        threshold=SHOWN,
        edgeitems=4,
        formatter={"all": lambda x: _number(x.item() if hasattr(x, "item") else x)},
    )
    return text if array.size else f"empty, shape {_shape(array.shape)}"


def _number(value: Any) -> str:
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def _elements(array: npt.NDArray[Any]) -> tuple[str, ...]:
    return tuple(_number(x) for x in array.reshape(-1)[:SHOWN].tolist())


def _shape(shape: tuple[int, ...]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else str(tuple(shape)).replace("'", "")
