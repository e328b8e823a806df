"""What can be done with tensors: every derivative rule stands beside its forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from .autograd import Array, Edge
from .variable import KINDS, Variable, record

Operand: TypeAlias = "Tensor | Array | np.generic | float"
Dim: TypeAlias = "int | Sequence[int] | None"


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn NumPy's ValueError into PyTorch's RuntimeError, or IndexError if an axis is wrong."""
    try:
        with np.errstate(all="ignore"):
            yield
    except ValueError as problem:
        kind = IndexError if isinstance(problem, IndexError) else RuntimeError
        raise kind(str(problem)) from problem


def _lift(other: Any, like: Tensor) -> Tensor:
    """Return an operand as a tensor; a Python number takes the other operand's dtype if it can."""
    if isinstance(other, Tensor):
        return other
    if isinstance(other, (int, float)):
        natural = tensor(other)
        fits = KINDS.index(natural.dtype.kind) <= KINDS.index(like.dtype.kind)
        return Tensor(np.array(other, like.dtype)) if fits else natural
    if isinstance(other, (np.ndarray, np.generic)):
        return Tensor(np.array(other))
    raise TypeError(f"unsupported operand type: {type(other).__name__!r}")


def _common_dtype(a: Tensor, b: Tensor) -> np.dtype[Any]:
    """Return the dtype of a result: the higher kind's; among equals, 0-dim operands give way."""
    if a.dtype.kind != b.dtype.kind:
        return max(a.dtype, b.dtype, key=lambda dtype: KINDS.index(dtype.kind))
    if bool(a.dim()) != bool(b.dim()):
        return a.dtype if a.dim() else b.dtype
    return np.promote_types(a.dtype, b.dtype)


def _compute(function: Callable[..., Any], *operands: Tensor) -> Tensor:
    dtype = _common_dtype(operands[0], operands[-1])
    with _refusing():
        array = function(*(operand._array.astype(dtype, copy=False) for operand in operands))
    # Where NumPy makes float64 of integers, PyTorch makes its default dtype.
    return Tensor(array.astype(np.float32) if array.dtype.kind == "f" != dtype.kind else array)


def _elementwise(
    name: str, function: Callable[[Any], Any], rule: Callable[..., Any], of: str
) -> Callable[[Tensor], Tensor]:
    """Return a method for a function of one operand, whose rule needs its input or its result."""

    def method(self: Tensor) -> Tensor:
        out = _compute(function, self)
        return record(out, name, Edge(self, rule, self if of == "input" else out))

    return method


def _reflected(operator: Callable[[Tensor, Operand], Tensor]) -> Callable[..., Tensor]:
    return lambda self, other: operator(_lift(other, self), self)


def _comparison(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda self, other: (
        NotImplemented if other is None else _compute(function, self, _lift(other, self))
    )


def _in_place(operator: Callable[[Tensor, Operand], Tensor]) -> Callable[..., Tensor]:
    def method(self: Tensor, other: Operand) -> Tensor:
        self._change(lambda before: operator(before, other))
        return self

    return method


def _position(key: Any) -> tuple[Any, ...]:
    """Return an index as NumPy takes it, such that what it selects is always an array."""
    parts = key if isinstance(key, tuple) else (key,)
    place = tuple(np.array(part) if isinstance(part, (Tensor, list)) else part for part in parts)
    return place if any(part is Ellipsis for part in place) else (*place, Ellipsis)


def sizes_of(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Return sizes that were given either one by one or as one sequence."""
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes


class Tensor(Variable):
    """An array whose operations are recorded; each method promises what PyTorch's does."""

    # An ndarray on the left of an operator leaves the operation to the tensor.
    __array_ufunc__ = None

    def __add__(self, other: Operand) -> Tensor:
        a, b = self, _lift(other, self)
        return record(_compute(np.add, a, b), "Add", Edge(a, lambda g: g), Edge(b, lambda g: g))

    def __sub__(self, other: Operand) -> Tensor:
        a, b = self, _lift(other, self)
        da, db = Edge(a, lambda g: g), Edge(b, lambda g: -g)
        return record(_compute(np.subtract, a, b), "Sub", da, db)

    def __mul__(self, other: Operand) -> Tensor:
        a, b = self, _lift(other, self)
        da, db = Edge(a, lambda g, b: g * b, b), Edge(b, lambda g, a: g * a, a)
        return record(_compute(np.multiply, a, b), "Mul", da, db)

    def __truediv__(self, other: Operand) -> Tensor:
        a, b = self, _lift(other, self)
        da, db = Edge(a, lambda g, b: g / b, b), Edge(b, lambda g, a, b: -g * a / (b * b), a, b)
        return record(_compute(np.true_divide, a, b), "Div", da, db)

    def __pow__(self, other: Operand) -> Tensor:
        a, b = self, _lift(other, self)
        out = _compute(np.power, a, b)
        # Where a factor is 0 the other may be infinite, and the derivative is 0 all the same.
        da = Edge(a, lambda g, a, b: np.where(b == 0, 0, g * b * a ** (b - 1)), a, b)
        db = Edge(
            b, lambda g, a, b, y: g * np.where((a == 0) & (b >= 0), 0, y * np.log(a)), a, b, out
        )
        return record(out, "Pow", da, db)

    def __matmul__(self, other: Operand) -> Tensor:
        a, b = self, _lift(other, self)
        if not a.dim() or not b.dim():
            raise RuntimeError("both arguments to matmul need to be at least 1D")
        if a.dtype != b.dtype:
            raise RuntimeError(f"expected both to have the same dtype: {a.dtype} != {b.dtype}")
        if b.dim() == 1:
            column = a @ b.reshape(-1, 1)
            return column.reshape(column.shape[:-1])
        if a.dim() == 1:
            row = a.reshape(1, -1) @ b
            return row.reshape(*row.shape[:-2], row.shape[-1])
        da = Edge(a, lambda g, b: g @ b.swapaxes(-1, -2), b)
        db = Edge(b, lambda g, a: a.swapaxes(-1, -2) @ g, a)
        return record(_compute(np.matmul, a, b), "Mm", da, db)

    def __neg__(self) -> Tensor:
        return record(_compute(np.negative, self), "Neg", Edge(self, lambda g: -g))

    add, sub, mul, div = __add__, __sub__, __mul__, __truediv__
    pow, matmul, neg = __pow__, __matmul__, __neg__
    __radd__ = _reflected(__add__)
    __rsub__ = _reflected(__sub__)
    __rmul__ = _reflected(__mul__)
    __rtruediv__ = _reflected(__truediv__)
    __rpow__ = _reflected(__pow__)
    __rmatmul__ = _reflected(__matmul__)
    add_ = __iadd__ = _in_place(__add__)
    sub_ = __isub__ = _in_place(__sub__)
    mul_ = __imul__ = _in_place(__mul__)
    div_ = __itruediv__ = _in_place(__truediv__)
    __lt__ = _comparison(np.less)
    __le__ = _comparison(np.less_equal)
    __gt__ = _comparison(np.greater)
    __ge__ = _comparison(np.greater_equal)
    __eq__ = _comparison(np.equal)
    __ne__ = _comparison(np.not_equal)
    __hash__ = object.__hash__

    exp = _elementwise("Exp", np.exp, lambda g, y: g * y, "result")
    log = _elementwise("Log", np.log, lambda g, x: g / x, "input")
    sqrt = _elementwise("Sqrt", np.sqrt, lambda g, y: g / (2 * y), "result")
    tanh = _elementwise("Tanh", np.tanh, lambda g, y: g * (1 - y * y), "result")
    relu = _elementwise("Relu", lambda x: np.maximum(x, 0), lambda g, y: g * (y > 0), "result")
    abs = _elementwise("Abs", np.abs, lambda g, x: g * np.sign(x), "input")

    def clone(self) -> Tensor:
        return record(_compute(np.copy, self), "Clone", Edge(self, lambda g: g))

    def sum(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        total, spread = self._reduce(dim, keepdim)
        return record(Tensor(total), "Sum", Edge(self, spread))

    def mean(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        if self.dtype.kind != "f":
            raise RuntimeError("mean(): the input dtype must be a floating point dtype")
        total, spread = self._reduce(dim, keepdim)
        count = self.numel() / max(total.size, 1)
        with _refusing():
            return record(Tensor(total / count), "Mean", Edge(self, lambda g: spread(g) / count))

    def _reduce(self, dim: Dim, keepdim: bool) -> tuple[Array, Callable[[Array], Array]]:
        """Return the sum along dimensions, and what spreads a cotangent back over them."""
        axes = dim if isinstance(dim, int) or not dim else tuple(dim)
        axes = axes if isinstance(axes, (int, tuple)) and axes != () and self.dim() else None
        with _refusing():
            kept = np.asarray(self._array.sum(axis=axes, keepdims=True))
        total, shape = kept if keepdim else kept.squeeze(axes), self.shape
        return total, lambda g: np.broadcast_to(g.reshape(kept.shape), shape)

    def _reshaped(self, name: str, array: Array) -> Tensor:
        shape = self.shape
        return record(self._alias(array), name, Edge(self, lambda g: g.reshape(shape)))

    def reshape(self, *sizes: Any) -> Tensor:
        with _refusing():
            return self._reshaped("Reshape", self._array.reshape(sizes_of(sizes)))

    def view(self, *sizes: Any) -> Tensor:
        with _refusing():
            array = self._array.reshape(sizes_of(sizes))
        if array.size and not np.may_share_memory(array, self._array):
            raise RuntimeError("view size is not compatible with the strides: use .reshape(...)")
        return self._reshaped("View", array)

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        out = self._alias(self._array.swapaxes(dim0, dim1))
        return record(out, "Transpose", Edge(self, lambda g: g.swapaxes(dim0, dim1)))

    def t(self) -> Tensor:
        if self.dim() > 2:
            raise RuntimeError("t() expects a tensor with <= 2 dimensions")
        return record(self._alias(self._array.T), "T", Edge(self, lambda g: g.T))

    T = property(t)

    def __getitem__(self, key: Any) -> Tensor:
        place, shape = _position(key), self.shape

        def scatter(g: Array, *_: Array) -> Array:
            whole = np.zeros(shape, g.dtype)
            np.add.at(whole, place, g)
            return whole

        chosen = [Tensor(part) for part in place if isinstance(part, np.ndarray)]
        return record(self._alias(self._array[place]), "Index", Edge(self, scatter, *chosen))

    def __setitem__(self, key: Any, value: Operand) -> None:
        place, source = _position(key), _lift(value, self)

        def without(g: Array) -> Array:
            rest: Array = g.copy()
            rest[place] = 0
            return rest

        def put(before: Tensor) -> Tensor:
            array = before._array.copy()
            with _refusing():
                array[place] = source._array
            edges = Edge(before, without), Edge(source, lambda g: g[place])
            return record(Tensor(array), "CopySlices", *edges)

        self._change(put)

    def copy_(self, source: Operand) -> Tensor:
        self[...] = source
        return self

    fill_ = copy_

    def zero_(self) -> Tensor:
        return self.fill_(0)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        self.requires_grad = requires_grad
        return self


def tensor(data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a leaf with a copy of the data; Python's floats become float32."""
    array = np.array(data._array if isinstance(data, Tensor) else data, dtype)
    if dtype is None and not isinstance(data, (Tensor, np.ndarray, np.generic)):
        array = array.astype(np.float32) if array.dtype == np.float64 else array
    return Tensor(array, requires_grad)
