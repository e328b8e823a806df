"""What can be computed from tensors: every derivative rule stands beside its forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .autograd import Array, Edge

if TYPE_CHECKING:
    from .tensor import Tensor

Operand: TypeAlias = "Tensor | Array | np.generic | float"
Dim: TypeAlias = "int | Sequence[int] | None"
Rule: TypeAlias = Callable[[Array, Array], Any]

KINDS = "buif"


@contextmanager
def refusing() -> Iterator[None]:
    """Turn NumPy's ValueError into PyTorch's RuntimeError; a bad axis stays an IndexError."""
    try:
        with np.errstate(all="ignore"):
            yield
    except ValueError as problem:
        if isinstance(problem, IndexError):
            raise
        raise RuntimeError(str(problem)) from problem


def flat(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Return sizes that were given either one by one or as one sequence."""
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes


def _common(a: Tensor, b: Tensor) -> np.dtype[Any]:
    """Return the dtype of a result: the higher kind's; among equals, 0-dim operands give way."""
    if a.dtype.kind != b.dtype.kind:
        return max(a.dtype, b.dtype, key=lambda dtype: KINDS.index(dtype.kind))
    if bool(a.ndim) != bool(b.ndim):
        return a.dtype if a.ndim else b.dtype
    return np.promote_types(a.dtype, b.dtype)


def _compute(function: Callable[..., Any], *operands: Tensor) -> Tensor:
    a, b = operands[0], operands[-1]
    dtype = _common(a, b)
    with refusing():
        array = function(*(operand._array.astype(dtype, copy=False) for operand in operands))
    # NumPy makes float64 of integers, PyTorch its default dtype.
    return a._new(array.astype(np.float32) if array.dtype.kind == "f" != dtype.kind else array)


def _elementwise(
    name: str, function: Callable[[Array], Array], rule: Rule, saves: str = "operand"
) -> Callable[[Any], Tensor]:
    def method(self: Tensor) -> Tensor:
        out = _compute(function, self)
        return out._record(name, Edge(self, rule, out if saves == "result" else self))

    return method


def _comparison(function: Callable[[Array, Array], Array]) -> Callable[[Any, Any], Tensor]:
    def method(self: Tensor, other: Operand) -> Tensor:
        return _compute(function, self, self._lift(other))

    return method


def _reflected(operator: Callable[[Tensor, Operand], Tensor]) -> Callable[[Any, Any], Tensor]:
    def method(self: Tensor, other: Operand) -> Tensor:
        return operator(self._lift(other), self)

    return method


def _swap(array: Array) -> Array:
    return np.swapaxes(array, -1, -2)


class Operations:
    """The operators and methods of a tensor; each promises what PyTorch's of its name does."""

    def __add__(self: Tensor, other: Operand) -> Tensor:
        a, b = self, self._lift(other)
        return _compute(np.add, a, b)._record("Add", Edge(a, lambda g: g), Edge(b, lambda g: g))

    def __sub__(self: Tensor, other: Operand) -> Tensor:
        a, b = self, self._lift(other)
        out = _compute(np.subtract, a, b)
        return out._record("Sub", Edge(a, lambda g: g), Edge(b, lambda g: -g))

    def __mul__(self: Tensor, other: Operand) -> Tensor:
        a, b = self, self._lift(other)
        out = _compute(np.multiply, a, b)
        return out._record("Mul", Edge(a, lambda g, b: g * b, b), Edge(b, lambda g, a: g * a, a))

    def __truediv__(self: Tensor, other: Operand) -> Tensor:
        a, b = self, self._lift(other)
        da = Edge(a, lambda g, b: g / b, b)
        db = Edge(b, lambda g, a, b: -g * a / (b * b), a, b)
        return _compute(np.true_divide, a, b)._record("Div", da, db)

    def __pow__(self: Tensor, other: Operand) -> Tensor:
        a, b = self, self._lift(other)
        out = _compute(np.power, a, b)
        # Both limits are 0 where the formula says 0 * inf.
        da = Edge(a, lambda g, a, b: np.where(b == 0, 0, g * b * a ** (b - 1)), a, b)
        log = Edge(b, lambda g, a, y: np.where((a == 0) & (y < 2), 0, g * y * np.log(a)), a, out)
        return out._record("Pow", da, log)

    def __matmul__(self: Tensor, other: Operand) -> Tensor:
        a, b = self, self._lift(other)
        if not a.ndim or not b.ndim:
            raise RuntimeError("both arguments to matmul need to be at least 1D")
        if a.ndim == 1:
            return (a.unsqueeze(0) @ b).squeeze(-2 if b.ndim > 1 else -1)
        if b.ndim == 1:
            return (a @ b.unsqueeze(-1)).squeeze(-1)
        da = Edge(a, lambda g, b: g @ _swap(b), b)
        db = Edge(b, lambda g, a: _swap(a) @ g, a)
        return _compute(np.matmul, a, b)._record("Mm", da, db)

    def __neg__(self: Tensor) -> Tensor:
        return _compute(np.negative, self)._record("Neg", Edge(self, lambda g: -g))

    add, sub, mul, div, pow, neg, matmul = (
        __add__, __sub__, __mul__, __truediv__, __pow__, __neg__, __matmul__
    )
    __radd__, __rsub__, __rmul__ = map(_reflected, (__add__, __sub__, __mul__))
    __rtruediv__, __rpow__, __rmatmul__ = map(_reflected, (__truediv__, __pow__, __matmul__))
    __lt__, __le__ = _comparison(np.less), _comparison(np.less_equal)
    __gt__, __ge__ = _comparison(np.greater), _comparison(np.greater_equal)

    exp = _elementwise("Exp", np.exp, lambda g, y: g * y, saves="result")
    log = _elementwise("Log", np.log, lambda g, x: g / x)
    sqrt = _elementwise("Sqrt", np.sqrt, lambda g, y: g / (2 * y), saves="result")
    tanh = _elementwise("Tanh", np.tanh, lambda g, y: g * (1 - y * y), saves="result")
    sigmoid = _elementwise(
        "Sigmoid", lambda x: 1 / (1 + np.exp(-x)), lambda g, y: g * y * (1 - y), saves="result"
    )
    relu = _elementwise(
        "Relu", lambda x: np.maximum(x, 0), lambda g, y: g * (y > 0), saves="result"
    )
    abs = _elementwise("Abs", np.abs, lambda g, x: g * np.sign(x))
    sin = _elementwise("Sin", np.sin, lambda g, x: g * np.cos(x))
    cos = _elementwise("Cos", np.cos, lambda g, x: -g * np.sin(x))
