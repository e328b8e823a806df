"""Functions that make fewer numbers of many, each with its derivative rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .autograd import Array, Edge
from .tensor import Tensor, record

METHODS = (
    "amax amin max min prod var std norm logsumexp cumsum cumprod softmax log_softmax argmax argmin"
)


def reduction(name: str, function: Any, rule: Any) -> Callable[..., Tensor]:
    """Return a method; its function and rule see the reduced axes as axes of length 1.

    The rule names what it needs, after what arrives and the axes: the operand a or the result y.
    """
    _, _, *needed = rule.__code__.co_varnames

    def method(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
        axes = tuple(dim) if isinstance(dim, (tuple, list)) else dim
        with np.errstate(all="ignore"):
            whole = np.asarray(function(self._array, axes))
        out = Tensor(whole if keepdim else whole.squeeze(axes))
        forms, values = {"a": self.shape, "y": whole.shape}, {"a": self, "y": out}

        def pull(g: Array, *saved: Array) -> Any:
            numbers = zip(saved, needed, strict=True)
            return rule(g.reshape(whole.shape), axes, *(n.reshape(forms[k]) for n, k in numbers))

        return record(out, name, Edge(self, pull, *(values[known] for known in needed)))

    return method


def evenly(g: Array, chosen: Array, axes: Any) -> Array:
    """Share what arrives among the chosen elements."""
    return np.where(chosen, g / chosen.sum(axes, keepdims=True), 0)


def _peak(a: Array, axes: Any) -> Array:
    """Return what exp is spared: the maximum, or 0 where that is infinite or there is none."""
    peak = a.max(axes, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(peak), peak, 0)


@np.errstate(all="ignore")
def _logsumexp(a: Array, axes: Any) -> Array:
    peak = _peak(a, axes)
    return np.asarray(np.log(np.exp(a - peak).sum(axes, keepdims=True)) + peak)


amax = reduction(
    "Amax",
    lambda a, axes: a.max(axes, keepdims=True),
    lambda g, axes, a, y: evenly(g, a == y, axes),
)
amin = reduction(
    "Amin",
    lambda a, axes: a.min(axes, keepdims=True),
    lambda g, axes, a, y: evenly(g, a == y, axes),
)
logsumexp = reduction("Logsumexp", _logsumexp, lambda g, _, a, y: g * np.exp(a - y))
_length = reduction(
    "Norm",
    lambda a, axes: np.sqrt((a * a).sum(axes, keepdims=True)),
    lambda g, _, a, y: np.where(y == 0, 0, g * a / y),
)


def norm(self: Tensor, p: float = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Return the root of the sum of squares, or another norm."""
    if p == 2:
        return _length(self, dim, keepdim)
    if p == np.inf:
        return amax(self.abs(), dim, keepdim)
    return (self.abs() ** p).sum(dim, keepdim) ** (1 / p)


def _distances(a: Array, axes: Any) -> Array:
    return np.asarray(a - a.sum(axes, keepdims=True) / _freedom(a, axes, 0))


def _freedom(a: Array, axes: Any, correction: float) -> Array:
    """Return the number of elements that go into each result, less the correction."""
    lengths = np.asarray(a.shape)[... if axes is None else np.asarray(axes)]
    return np.asarray(np.maximum(np.prod(lengths) - correction, 0), a.dtype)


def _variance(a: Array, axes: Any, correction: float) -> Array:
    squares = (_distances(a, axes) ** 2).sum(axes, keepdims=True)
    return np.asarray(squares / _freedom(a, axes, correction))


def var(self: Tensor, dim: Any = None, correction: float = 1, keepdim: bool = False) -> Tensor:
    """Return the mean squared distance from the mean, where the count may be corrected."""
    return reduction(
        "Var",
        lambda a, axes: _variance(a, axes, correction),
        lambda g, axes, a: g * 2 * _distances(a, axes) / _freedom(a, axes, correction),
    )(self, dim, keepdim)


def std(self: Tensor, dim: Any = None, correction: float = 1, keepdim: bool = False) -> Tensor:
    """Return the root of the variance; where that is 0, so is the gradient."""
    return reduction(
        "Std",
        lambda a, axes: np.sqrt(_variance(a, axes, correction)),
        lambda g, axes, a, y: np.where(
            y == 0, 0, g * _distances(a, axes) / (y * _freedom(a, axes, correction))
        ),
    )(self, dim, keepdim)


def _others(a: Array, axis: int) -> Array:
    """Return the product of all other elements along an axis, which may hold zeros."""
    rows = np.moveaxis(a, axis, -1)
    own = np.eye(rows.shape[-1], dtype=bool)
    return np.moveaxis(np.where(own, 1, rows[..., None, :]).prod(-1), -1, axis)


_product = reduction(
    "Prod", lambda a, axis: a.prod(axis, keepdims=True), lambda g, axis, a: g * _others(a, axis)
)


def prod(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return the product of all elements, or of those along an axis."""
    return _product(self.flatten(), 0) if dim is None else _product(self, dim, keepdim)


def cumprod(self: Tensor, dim: int) -> Tensor:
    """Return the products of all elements up to each one along an axis."""
    rows = self.transpose(dim, -1).unsqueeze(-2)
    not_yet = Tensor(np.triu(np.ones((rows.shape[-1],) * 2, bool), 1))
    return _product(rows.masked_fill(not_yet, 1), -1).transpose(dim, -1)


@np.errstate(all="ignore")
def cumsum(self: Tensor, dim: int) -> Tensor:
    """Return the sums of all elements up to each one along an axis."""
    back = Edge(self, lambda g: np.flip(np.flip(g, dim).cumsum(dim), dim))
    return record(Tensor(self._array.cumsum(dim)), "Cumsum", back)


def argmax(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Return the place of the largest element."""
    return Tensor(self._array.argmax(dim, keepdims=keepdim))


def argmin(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Return the place of the smallest element."""
    return Tensor(self._array.argmin(dim, keepdims=keepdim))


class Extreme(NamedTuple):
    """The extremes along an axis and where they are; each has one place, even if there are ties."""

    values: Tensor
    indices: Tensor


def _extreme(self: Tensor, places: Tensor, dim: int, keepdim: bool) -> Extreme:
    both = self.gather(dim, places), places
    return Extreme(*(both if keepdim else (one.squeeze(dim) for one in both)))


def max(self: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the largest element, those along an axis, or the larger ones of two tensors."""
    if dim is None:
        return amax(self)
    if isinstance(dim, Tensor):
        return self.maximum(dim)
    return _extreme(self, argmax(self, dim, keepdim=True), dim, keepdim)


def min(self: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the smallest element, those along an axis, or the smaller ones of two tensors."""
    if dim is None:
        return amin(self)
    if isinstance(dim, Tensor):
        return self.minimum(dim)
    return _extreme(self, argmin(self, dim, keepdim=True), dim, keepdim)


@np.errstate(all="ignore")
def _softmax(a: Array, axis: int) -> Array:
    powers = np.exp(a - _peak(a, axis))
    return np.asarray(powers / powers.sum(axis, keepdims=True))


def softmax(self: Tensor, dim: int) -> Tensor:
    """Return positive shares that add up to one along an axis."""
    out = Tensor(_softmax(self._array, dim))
    rule = lambda g, y: y * (g - (g * y).sum(dim, keepdims=True))  # noqa: E731 - a rule is a line
    return record(out, "Softmax", Edge(self, rule, out))


def log_softmax(self: Tensor, dim: int) -> Tensor:
    """Return the logarithms of the softmax, where the shares themselves may be too small."""
    out = Tensor(self._array - _logsumexp(self._array, dim))
    rule = lambda g, y: g - np.exp(y) * g.sum(dim, keepdims=True)  # noqa: E731 - a rule is a line
    return record(out, "LogSoftmax", Edge(self, rule, out))
