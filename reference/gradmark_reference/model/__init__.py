"""A small automatic differentiation engine on NumPy, spelled like PyTorch and true to it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import elementwise, indexing, ordering, placing, products, reductions, shapes
from . import linalg as linalg
from . import nn as nn
from . import optim as optim
from .elementwise import where as where
from .modes import enable_grad as enable_grad
from .modes import is_grad_enabled as is_grad_enabled
from .modes import no_grad as no_grad
from .modes import set_grad_enabled as set_grad_enabled
from .products import einsum as einsum
from .shapes import cat as cat
from .shapes import stack as stack
from .tensor import Tensor as Tensor
from .tensor import sizes_of
from .tensor import tensor as tensor


def from_numpy(array: Any) -> Tensor:
    """Return a leaf in the memory of an array."""
    return Tensor(array)


def full(size: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Tensor:
    """Return a leaf with one value everywhere."""
    return tensor(np.full(tuple(size), tensor(fill_value, dtype)._array), **options)


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


if TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Tensor]: ...


# Operations are functions and methods, as in PyTorch.
for _module in (elementwise, reductions, shapes, indexing, ordering, placing, products):
    for _name in _module.METHODS.split():
        setattr(Tensor, _name, getattr(_module, _name))
        globals()[_name] = getattr(_module, _name)
sum, mean, matmul, transpose = Tensor.sum, Tensor.mean, Tensor.matmul, Tensor.transpose
float = float32 = np.dtype(np.float32)
double = float64 = np.dtype(np.float64)
long = int64 = np.dtype(np.int64)
bool = np.dtype(np.bool_)
