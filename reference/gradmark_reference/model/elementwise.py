"""Functions of each element by itself, each with its derivative rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from .autograd import Array
from .tensor import Tensor, lift, operation

METHODS = (
    "exp expm1 log log1p sqrt rsqrt reciprocal square sin cos tanh sigmoid abs relu "
    "floor ceil round sign clamp maximum minimum fmod remainder masked_fill"
)


def logistic(a: Array) -> Array:
    """Return 1 / (1 + exp(-a)), where exp must not overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -a)))


def _where_larger(g: Array, a: Array, b: Array) -> Array:
    """Return the gradient where a is larger than b, and half of it where they tie."""
    return np.where(a == b, g / 2, np.where(a < b, 0, g))


def _flat(g: Array) -> Array:
    return np.zeros_like(g)


exp = operation("Exp", np.exp, lambda g, y: g * y)
expm1 = operation("Expm1", np.expm1, lambda g, y: g * (y + 1))
log = operation("Log", np.log, lambda g, a: g / a)
log1p = operation("Log1P", np.log1p, lambda g, a: g / (a + 1))
sqrt = operation("Sqrt", np.sqrt, lambda g, y: g / (2 * y))
rsqrt = operation("Rsqrt", lambda a: 1 / np.sqrt(a), lambda g, y: -g * y**3 / 2)
reciprocal = operation("Reciprocal", lambda a: 1 / a, lambda g, y: -g * y * y)
square = operation("Square", np.square, lambda g, a: g * 2 * a)
sin = operation("Sin", np.sin, lambda g, a: g * np.cos(a))
cos = operation("Cos", np.cos, lambda g, a: -g * np.sin(a))
tanh = operation("Tanh", np.tanh, lambda g, y: g * (1 - y * y))
sigmoid = operation("Sigmoid", logistic, lambda g, y: g * y * (1 - y))
abs = operation("Abs", np.abs, lambda g, a: g * np.sign(a))
relu = operation("Relu", lambda a: np.maximum(a, 0), lambda g, y: np.where(y <= 0, 0, g))
floor, ceil = operation("Floor", np.floor, _flat), operation("Ceil", np.ceil, _flat)
round, sign = operation("Round", np.round, _flat), operation("Sign", np.sign, _flat)
silu = operation(
    "Silu", lambda a: a * logistic(a), lambda g, a: g * logistic(a) * (1 + a * logistic(-a))
)
logsigmoid = operation("LogSigmoid", lambda a: -np.logaddexp(0, -a), lambda g, a: g * logistic(-a))
# Further out than 20 it is a straight line to the last digit.
softplus = operation(
    "Softplus",
    lambda a: np.where(a > 20, a, np.logaddexp(0, a)),
    lambda g, a: np.where(a > 20, g, g * logistic(a)),
)
maximum = operation("Maximum", np.maximum, _where_larger, lambda g, a, b: _where_larger(g, b, a))
minimum = operation("Minimum", np.minimum, lambda g, a, b: _where_larger(g, b, a), _where_larger)
fmod = operation("Fmod", np.fmod, lambda g: g, lambda g, a, b: -g * np.trunc(a / b))
remainder = operation("Remainder", np.remainder, lambda g: g, lambda g, a, b: -g * np.floor(a / b))
_at_least = operation(
    "ClampMin",
    np.maximum,
    lambda g, a, b: np.where(a >= b, g, 0),
    lambda g, a, b: np.where(a >= b, 0, g),
)
_at_most = operation(
    "ClampMax",
    np.minimum,
    lambda g, a, b: np.where(a <= b, g, 0),
    lambda g, a, b: np.where(a <= b, 0, g),
)


def leaky_relu(self: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Return what is positive, and a share of what is not."""
    return operation(
        "LeakyRelu",
        lambda a: np.where(a > 0, a, a * negative_slope),
        lambda g, a: np.where(a > 0, g, g * negative_slope),
    )(self)


def elu(self: Tensor, alpha: float = 1.0) -> Tensor:
    """Return what is positive, and a curve down to -alpha of what is not."""
    return operation(
        "Elu",
        lambda a: np.where(a > 0, a, np.expm1(a) * alpha),
        lambda g, y: np.where(y > 0, g, g * (y + alpha)),
    )(self)


def clamp(self: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Return the numbers cut off at two bounds, of which one may be left out."""
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        out = self if min is None else _at_least(self, min)
        return out if max is None else _at_most(out, max)
    low = -np.inf if min is None else min
    high = np.inf if max is None else max
    return operation(
        "Clamp",
        lambda a: np.clip(a, min, max),
        lambda g, a: np.where((a >= low) & (a <= high), g, 0),
    )(self)


def hardtanh(self: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Return what clamp does; but a number that equals a bound counts as cut off."""
    return operation(
        "Hardtanh",
        lambda a: np.clip(a, min_val, max_val),
        lambda g, a: np.where((a > min_val) & (a < max_val), g, 0),
    )(self)


def relu6(self: Tensor) -> Tensor:
    """Return the numbers cut off at 0 and 6."""
    return hardtanh(self, 0.0, 6.0)


def where(condition: Tensor, input: Any, other: Any) -> Tensor:
    """Return one operand's elements where the condition holds, and the other's elsewhere."""
    chosen = condition._array.copy()
    one = input if isinstance(input, Tensor) else lift(input, other)
    return operation(
        "Where",
        lambda a, b: np.where(chosen, a, b),
        lambda g: np.where(chosen, g, 0),
        lambda g: np.where(chosen, 0, g),
    )(one, other)


def masked_fill(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """Return a copy with one value wherever the mask is true."""
    return where(mask, lift(value, self), self)
