"""A small automatic differentiation engine on NumPy, spelled like PyTorch and true to it."""

from typing import Any

import numpy as np

from . import autograd as autograd
from .modes import enable_grad as enable_grad
from .modes import is_grad_enabled as is_grad_enabled
from .modes import no_grad as no_grad
from .modes import set_grad_enabled as set_grad_enabled
from .tensor import Tensor as Tensor
from .tensor import sizes_of
from .tensor import stack as stack
from .tensor import tensor as tensor
from .variable import Size as Size

_generator = np.random.RandomState(0)


def full(size: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Tensor:
    """Return a leaf with one value everywhere."""
    return tensor(np.full(tuple(size), tensor(fill_value, dtype)), **options)


def ones(*size: Any, **options: Any) -> Tensor:
    """Return a leaf full of ones."""
    return full(sizes_of(size), 1.0, **options)


def zeros(*size: Any, **options: Any) -> Tensor:
    """Return a leaf full of zeros."""
    return full(sizes_of(size), 0.0, **options)


def ones_like(like: Tensor, **options: Any) -> Tensor:
    """Return a leaf full of ones, with the shape and dtype of another tensor."""
    return full(like.shape, 1, **{"dtype": like.dtype, **options})


def zeros_like(like: Tensor, **options: Any) -> Tensor:
    """Return a leaf full of zeros, with the shape and dtype of another tensor."""
    return full(like.shape, 0, **{"dtype": like.dtype, **options})


def eye(count: int, dtype: Any = np.float32, **options: Any) -> Tensor:
    """Return an identity matrix."""
    return tensor(np.eye(count), dtype, **options)


def arange(*bounds: Any, dtype: Any = None, **options: Any) -> Tensor:
    """Return the numbers from a start up to an end."""
    return tensor(np.arange(*bounds).tolist(), dtype, **options)


def manual_seed(seed: int) -> None:
    """Start the random numbers anew."""
    _generator.seed(seed)


def rand(*size: Any, dtype: Any = np.float32, **options: Any) -> Tensor:
    """Return a leaf of random numbers between 0 and 1: those that PyTorch draws."""
    bits = _generator.randint(0, 2**32, sizes_of(size), np.uint32)
    return tensor((bits & 0xFFFFFF) / 2**24, dtype, **options)


def randn(*size: Any, dtype: Any = np.float32, **options: Any) -> Tensor:
    """Return a leaf of normally distributed random numbers."""
    return tensor(_generator.standard_normal(sizes_of(size)), dtype, **options)


def outer(a: Tensor, b: Tensor) -> Tensor:
    """Return the product of every element of one vector with every one of another."""
    return a.unsqueeze(-1) * b


def equal(a: Tensor, b: Tensor) -> Any:
    """Tell whether two tensors have the same shape and elements."""
    return np.array_equal(a._array, b._array)


def allclose(a: Tensor, b: Tensor, rtol: Any = 1e-05, atol: Any = 1e-08) -> Any:
    """Tell whether two tensors have nearly the same elements."""
    return np.allclose(a._array, b._array, rtol, atol)


exp, log, sqrt = Tensor.exp, Tensor.log, Tensor.sqrt
tanh, sigmoid, relu = Tensor.tanh, Tensor.sigmoid, Tensor.relu
abs, sin, cos = Tensor.abs, Tensor.sin, Tensor.cos
sum, mean, matmul = Tensor.sum, Tensor.mean, Tensor.matmul
max, min = Tensor.max, Tensor.min
float = float32 = np.dtype(np.float32)
double = float64 = np.dtype(np.float64)
long = int64 = np.dtype(np.int64)
bool = np.dtype(np.bool_)
